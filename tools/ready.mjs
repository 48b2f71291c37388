// @ts-check
// Runs a tool on Node 24 with the dependencies installed. Plain JavaScript, as it starts on any Node from 20 on.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withLock } from './up/build/lock.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const modules = join(root, 'node_modules');
const stamp = join(modules, '.parley-lock');

const text = (/** @type {string} */ file) => readFile(file, 'utf8').catch(() => '');

async function lockHash() {
  const lock = await readFile(join(root, 'package-lock.json'));
  return createHash('sha256').update(lock).update(`${process.platform}-${process.arch}`).digest('hex');
}

/** Whether somebody ran npm themselves: what npm says it installed is what the lock asks for. */
async function installedByHand() {
  const said = await text(join(modules, '.package-lock.json'));
  if (!said) return false;
  const installed = JSON.parse(said).packages;
  const wanted = JSON.parse(await text(join(root, 'package-lock.json'))).packages;
  const same = (/** @type {string} */ path) => installed[path]?.version === wanted[path]?.version;
  const needed = Object.keys(wanted).filter((path) => path && !wanted[path].optional);
  return [...Object.keys(installed), ...needed].every(same);
}

async function install() {
  const hash = await lockHash();
  if ((await text(stamp)) === hash) return;
  if (!(await installedByHand())) {
    console.log('Installing the dependencies (npm ci; about a minute, only when they change)');
    const from = Date.now();
    const seconds = () => Math.round((Date.now() - from) / 1000);
    const progress = setInterval(() => console.log(`  still installing, ${seconds()} s`), 15_000);
    const code = await npmCi().finally(() => clearInterval(progress));
    if (code !== 0) throw new Error(`npm ci failed with code ${code}; its own words are above.`);
    console.log(`Dependencies installed in ${seconds()} s`);
  }
  await writeFile(stamp, hash);
}

/** @returns {Promise<number>} */
function npmCi() {
  const args = ['ci', '--include=dev', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  const [command, first] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  const child = spawn(command, [...first, ...args], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  return ended(child);
}

/** @param {import('node:child_process').ChildProcess} child @returns {Promise<number>} its exit code, as a shell counts */
function ended(child) {
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
    process.on(signal, () => child.kill(signal));
  const orphaned = process.env.npm_lifecycle_event ? watchParent(() => child.kill('SIGTERM')) : undefined;
  return new Promise((/** @type {(code: number) => void} */ done, failed) => {
    child.once('error', failed);
    child.once('exit', (code, signal) => done(signal ? 128 + constants.signals[signal] : (code ?? 1)));
  }).finally(() => clearInterval(orphaned));
}

/** npm passes SIGTERM on to its shell only, and both end at once: what they started must notice by itself. */
function watchParent(/** @type {() => void} */ gone) {
  const parent = process.ppid;
  const look = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(look);
    gone();
  }, 250);
  return look;
}

function node24() {
  const own = join(modules, 'node', 'bin', 'node');
  if (existsSync(own)) return own;
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 18)) return process.execPath;
  throw new Error(`Node ${process.version} is too old to run this, and node_modules/node is missing: run npm ci.`);
}

try {
  const onWait = (/** @type {number} */ pid) => console.log(`Waiting for the install that process ${pid} is running`);
  if ((await text(stamp)) !== (await lockHash())) await withLock(join(root, '.cache', 'install.lock'), install, onWait);
  const bin = join(modules, '.bin');
  const path = [bin, ...(process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== bin)].join(delimiter);
  const [tool = '', ...args] = process.argv.slice(2);
  // The channel tells the tool when this process is gone, even when it was killed.
  const child = spawn(node24(), [resolve(root, tool), ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, PATH: path },
  });
  process.exitCode = await ended(child);
  child.channel?.unref();
} catch (error) {
  console.error(/** @type {Error} */ (error).message);
  process.exitCode = 1;
}
