import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

jest.setTimeout(60_000);

let root: string;
const write = (path: string, text: string): Promise<void> => writeFile(join(root, path), text);

const lockOf = (version: string): string =>
  JSON.stringify({
    packages: { '': {}, 'node_modules/a': { version }, 'node_modules/b': { version, optional: true } },
  });

/** A house whose npm notes that it was called, takes a while, and installs what the lock says. */
const NPM = `import { appendFileSync, copyFileSync, mkdirSync, rmSync } from 'node:fs';
  if (process.argv[2] !== 'ci') process.exit(9);
  appendFileSync('installs', 'x');
  rmSync('node_modules', { recursive: true, force: true });
  await new Promise((done) => setTimeout(done, 300));
  mkdirSync('node_modules');
  copyFileSync('package-lock.json', 'node_modules/.package-lock.json');`;

const TOOL = `const args: string[] = process.argv.slice(2);
  console.log(JSON.stringify({ args, path: process.env.PATH?.split(':')[0] }));
  if (args[0] === 'wait') { process.once('SIGTERM', () => process.exit(5)); setInterval(() => undefined, 1000); }
  else process.exitCode = Number(args[0] ?? 0);`;

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'parley-ready-')));
  await mkdir(join(root, 'tools/up/build'), { recursive: true });
  for (const file of ['ready.mjs', 'up/build/lock.mjs']) {
    await copyFile(join(import.meta.dirname, file), join(root, 'tools', file));
  }
  await write('package.json', '{ "type": "module" }');
  await write('package-lock.json', lockOf('1.0.0'));
  await write('npm.js', NPM);
  await write('tool.ts', TOOL);
});

afterEach(() => rm(root, { recursive: true, force: true }));

function ready(...args: string[]) {
  const env = { ...process.env, npm_execpath: join(root, 'npm.js'), npm_lifecycle_event: '' };
  const child = spawn(process.execPath, ['tools/ready.mjs', 'tool.ts', ...args], { cwd: root, env });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => said.push(text.toString()));
  const ended = once(child, 'close').then(([code]: number[]) => ({ code, said: said.join('') }));
  return { child, said, ended };
}

const installs = (): Promise<number> =>
  readFile(join(root, 'installs'), 'utf8').then(
    (text) => text.length,
    () => 0,
  );

it('installs what is missing, once, and again when the lock changes', async () => {
  const first = await ready('0').ended;
  expect(first.said).toContain('Installing the dependencies');
  expect(first.said).toContain(JSON.stringify({ args: ['0'], path: join(root, 'node_modules/.bin') }));
  expect((await ready('0').ended).said).not.toContain('Installing');
  expect(await installs()).toBe(1);
  await write('package-lock.json', lockOf('1.0.1'));
  await ready('0').ended;
  expect(await installs()).toBe(2);
});

it('lets one install while others wait', async () => {
  const runs = await Promise.all([ready('0').ended, ready('0').ended, ready('0').ended]);
  expect(runs.map(({ code }) => code)).toEqual([0, 0, 0]);
  expect(runs.some(({ said }) => said.includes('Waiting for the install that process'))).toBe(true);
  expect(await installs()).toBe(1);
});

it('takes an install by hand for what it is, when it is what the lock asks for', async () => {
  await mkdir(join(root, 'node_modules'));
  const installed = { packages: { 'node_modules/a': { version: '1.0.0' } } };
  await write('node_modules/.package-lock.json', JSON.stringify(installed));
  await ready('0').ended;
  expect(await installs()).toBe(0);
  await rm(join(root, 'node_modules/.parley-lock'));
  await write('package-lock.json', lockOf('2.0.0'));
  await ready('0').ended;
  expect(await installs()).toBe(1);
});

it('does not run the tool when the install fails', async () => {
  await write('npm.js', 'process.exit(3)');
  const { code, said } = await ready('0').ended;
  expect(code).toBe(1);
  expect(said).toContain('npm ci failed with code 3');
  expect(said).not.toContain('"args"');
});

it("keeps the tool's exit code, and passes signals on to it", async () => {
  expect((await ready('7').ended).code).toBe(7);
  const waiting = ready('wait');
  while (!waiting.said.join('').includes('wait')) await sleep(20);
  waiting.child.kill('SIGTERM');
  expect((await waiting.ended).code).toBe(5);
});
