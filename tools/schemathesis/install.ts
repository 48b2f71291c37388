import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { access, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Env, Log } from '../engines/engine.ts';
import { cacheFolder } from '../engines/places/cache.ts';
import { findPython, type Python } from './python.ts';

const exec = promisify(execFile);
const REQUIREMENTS = join(import.meta.dirname, 'requirements.txt');
const INSTALL_MS = 5 * 60_000;

/** How Schemathesis is run: `command` with `args` before its own, in `env`. */
export interface Schemathesis {
  command: string;
  args: readonly string[];
  env: Env;
}

/**
 * Schemathesis as pinned in requirements.txt, from the cache of the engines, where pip has put it the first time; nothing
 * of the machine's own Python packages is used or changed.
 */
export async function findSchemathesis(env: Env, log: Log): Promise<Schemathesis> {
  const python = await findPython(env);
  const pins = createHash('sha256')
    .update(await readFile(REQUIREMENTS))
    .digest('hex');
  const folder = join(cacheFolder(env), `schemathesis-python${python.version}-${pins.slice(0, 12)}`);
  if (!(await exists(folder))) await install(python, folder, { env, log });
  return {
    command: python.command,
    args: ['-m', 'schemathesis.cli'],
    env: { ...env, PYTHONPATH: folder, PYTHONNOUSERSITE: '1', PYTHONDONTWRITEBYTECODE: '1', PYTHONUNBUFFERED: '1' },
  };
}

/** Into a private folder, which becomes the one in the cache in one step: several processes may do this at once. */
async function install(python: Python, folder: string, { env, log }: { env: Env; log: Log }): Promise<void> {
  log('Fetching Schemathesis with pip (once)');
  const part = join(cacheFolder(env), `.part-${randomUUID()}`);
  await mkdir(part, { recursive: true });
  try {
    const only = ['--no-deps', '--only-binary=:all:', '--require-hashes', '--requirement', REQUIREMENTS];
    const quietly = ['--no-input', '--quiet', '--disable-pip-version-check', '--root-user-action=ignore'];
    const args = ['-m', 'pip', 'install', ...only, ...quietly, '--target', part];
    await exec(python.command, args, { env: { ...env }, timeout: INSTALL_MS }).catch((error: Error) => {
      throw new Error(`pip cannot fetch Schemathesis: ${saidBy(error)}`);
    });
    await rename(part, folder).catch(async (error: Error) => {
      if (!(await exists(folder))) throw error;
    });
  } finally {
    await rm(part, { recursive: true, force: true });
  }
}

function saidBy(error: Error & { stderr?: string }): string {
  return error.stderr?.trim().split('\n').slice(-5).join('\n') || error.message;
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
