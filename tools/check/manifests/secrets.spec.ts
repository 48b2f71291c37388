import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv, promisify } from 'node:util';
import { MADE_SECRETS } from './deployed.ts';

const run = promisify(execFile);
const script = join(import.meta.dirname, '../../../docker/secrets.sh');
const OWNER = `${process.getuid?.()}:${process.getgid?.()}`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secrets-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function made(more: Record<string, string> = {}) {
  await run('sh', [script, folder], { env: { PATH: process.env.PATH, OWNER, ...more } });
  const text = (name: string) => readFile(join(folder, name), 'utf8');
  return { env: parseEnv(await text('secrets.env')), redis: await text('redis.conf') };
}

describe('the secrets of a compose installation', () => {
  it('are made at random, are known to Redis, and stay', async () => {
    const first = await made();
    expect(Object.keys(first.env)).toEqual(MADE_SECRETS);
    expect(first.env.JWT_SECRET).toMatch(/^[\w-]{64}$/);
    expect(first.env.REDIS_PASSWORD).toMatch(/^[\w-]{64}$/);
    expect(first.env.JWT_SECRET).not.toBe(first.env.REDIS_PASSWORD);
    expect(first.redis).toContain(`requirepass ${first.env.REDIS_PASSWORD}\n`);
    expect(await made()).toEqual(first);
  });

  it('are read by their owner only', async () => {
    await made();
    for (const name of ['secrets.env', 'redis.conf', 'jwt-secret', 'redis-password']) {
      expect((await stat(join(folder, name))).mode & 0o777).toBe(0o400);
    }
  });

  it('are those that are given, in all their characters', async () => {
    const JWT_SECRET = 'a # "quoted" $HOME `secret` \\n of more than 32 characters';
    expect((await made({ JWT_SECRET })).env.JWT_SECRET).toBe(JWT_SECRET);
    await expect(made({ JWT_SECRET: "it's" })).rejects.toThrow('apostrophe');
  });
});
