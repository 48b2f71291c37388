import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

jest.setTimeout(60_000);

const HOUSE = resolve(import.meta.dirname, '../..');
const SCRIPTS = ['test/main.ts', 'test/jest.ts', 'test/arguments.ts', 'test/closing-line.ts', 'up/stop-signals.ts'];
let root: string;

/** A house of its own with these tests and our runner. */
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'parley-runner-'));
  for (const folder of ['tools/test', 'tools/up']) await mkdir(join(root, folder), { recursive: true });
  for (const file of [...SCRIPTS, 'test/closing-line.reporter.ts']) {
    await copyFile(join(HOUSE, 'tools', file), join(root, 'tools', file));
  }
  await symlink(join(HOUSE, 'node_modules'), join(root, 'node_modules'));
  await writeFile(join(root, 'package.json'), '{ "type": "module" }');
  const project = `{ displayName: 'unit', testMatch: ['<rootDir>/*.spec.js'], transform: {} }`;
  await writeFile(join(root, 'jest.config.js'), `export default { projects: [${project}] };`);
});

afterEach(() => rm(root, { recursive: true, force: true }));

function npmTest(...args: string[]): Promise<{ code: number; last: string }> {
  const command = [join(root, 'tools/test/main.ts'), '--only', 'unit', ...args];
  return new Promise((done) => {
    const child = execFile(process.execPath, command, (_, stdout) => {
      done({ code: child.exitCode ?? -1, last: stdout.trimEnd().split('\n').at(-1) ?? '' });
    });
  });
}

const spec = (name: string, text: string): Promise<void> => writeFile(join(root, `${name}.spec.js`), text);

it('ends with one plain line, and well when all is well', async () => {
  await spec('good', 'it("a", () => {}); it.skip("b", () => {});');
  expect(await npmTest()).toEqual({ code: 0, last: '1 passed, 0 failed, 1 skipped' });
});

it('fails when a test fails, and counts a suite that cannot be loaded', async () => {
  await spec('good', 'it("a", () => {});');
  await spec('bad', 'it("b", () => { throw new Error("no"); });');
  await spec('broken', 'import "./not-there.js";');
  expect(await npmTest()).toEqual({ code: 1, last: '1 passed, 2 failed' });
});

it('fails when no test ran', async () => {
  await spec('good', 'it("a", () => {});');
  const { code, last } = await npmTest('no-such-file');
  expect(code).toBe(1);
  expect(last).toBe('No test was counted: Jest ended with exit code 1');
});

it('says by which signal Jest was killed, and fails', async () => {
  // A single file is run by Jest itself, in no worker.
  await spec('killed', 'it("a", () => process.kill(process.pid, "SIGKILL"));');
  expect(await npmTest()).toEqual({ code: 137, last: 'No test was counted: Jest ended with SIGKILL' });
});
