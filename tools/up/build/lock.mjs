// @ts-check
// Plain JavaScript: ready.mjs needs it before anything is installed.
import { mkdir, open, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const BEAT_MS = 2_000;
const SILENT_MS = 30_000;

/** @param {number} pid @returns {boolean} whether a process with this id exists */
function exists(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}

/** @param {string} file @returns {Promise<number | undefined>} the pid of whoever holds the lock, alive and beating */
async function holderOf(file) {
  try {
    const [pid, { mtimeMs }] = await Promise.all([readFile(file, 'utf8').then(Number), stat(file)]);
    // A pid may belong to somebody else by now, or not be written yet: the beat decides as well.
    const beating = Date.now() - mtimeMs < SILENT_MS;
    return beating && (pid === 0 || exists(pid)) ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** @param {string} file Moves a dead lock aside; of several who try, one succeeds and may not take a fresh one by mistake. */
async function bury(file) {
  const grave = `${file}.${process.pid}`;
  await rename(file, grave).catch(() => undefined);
  if ((await holderOf(grave)) !== undefined) await rename(grave, file).catch(() => undefined);
  else await rm(grave, { force: true });
}

/**
 * Does the work while holding a lock file, so that of several processes one works and the others wait.
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @param {(pid: number) => void} [onWait] called once, when somebody else holds the lock
 * @returns {Promise<T>}
 */
export async function withLock(file, work, onWait) {
  await mkdir(dirname(file), { recursive: true });
  for (let waited = false; ;) {
    const handle = await open(file, 'wx').catch((error) => {
      if (error.code !== 'EEXIST') throw error;
    });
    if (handle) {
      await handle.writeFile(String(process.pid));
      await handle.close();
      break;
    }
    const pid = await holderOf(file);
    if (pid === undefined) await bury(file);
    else if (!waited) onWait?.(pid);
    waited ||= pid !== undefined;
    await sleep(200);
  }
  const beat = setInterval(() => void utimes(file, new Date(), new Date()).catch(() => undefined), BEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    await rm(file, { force: true });
  }
}
