import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jwtSecret, readSettings } from './settings.ts';

let root: string;
beforeEach(async () => void (root = await mkdtemp(join(tmpdir(), 'parley-settings-'))));
afterEach(() => rm(root, { recursive: true, force: true }));

it('lets the environment win over .env, and counts what is empty as not set', async () => {
  await writeFile(join(root, '.env'), 'A=file\nB=file\nC=\n');
  expect(await readSettings(root, { B: 'environment', D: '' })).toEqual({ A: 'file', B: 'environment' });
  expect(await readSettings(join(root, 'empty'), { B: 'environment' })).toEqual({ B: 'environment' });
});

it('makes a secret up once, keeps it for its owner only, and prefers one that is set', async () => {
  const data = join(root, 'data');
  const made = await Promise.all([jwtSecret({}, data), jwtSecret({}, data)]);
  expect(made[0]?.length).toBeGreaterThanOrEqual(32);
  expect(made[1]).toBe(made[0]);
  expect(await readFile(join(data, 'jwt-secret'), 'utf8')).toBe(made[0]);
  expect((await stat(join(data, 'jwt-secret'))).mode & 0o777).toBe(0o600);
  expect(await jwtSecret({ JWT_SECRET: 'mine' }, data)).toBe('mine');
});
