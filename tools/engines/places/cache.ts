import { randomUUID } from 'node:crypto';
import { access, chmod, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { checkBinary, type Engine, type Env, type Step } from '../engine.ts';

const ABANDONED_MS = 60 * 60 * 1000;

/** Where downloads are kept for all checkouts of one user; PARLEY_CACHE_DIR or XDG_CACHE_HOME move it. */
export function cacheFolder(env: Env): string {
  const base = env.PARLEY_CACHE_DIR ?? join(env.XDG_CACHE_HOME || join(env.HOME ?? homedir(), '.cache'), 'parley');
  return join(base, 'engines', `${process.platform}-${process.arch}`);
}

/** Step 3: what an earlier download left. */
export const cached: Step = async (engine, env) => {
  const folder = cacheFolder(env);
  for (const path of engine.commands.map((command) => join(folder, command))) {
    if (!(await exists(path))) continue;
    await checkBinary(engine, path);
    return path;
  }
  throw new Error(`nothing in ${folder}`);
};

/**
 * Lets `fetch` put a binary into a private folder, checks that it runs, and moves it into the cache in one step,
 * so that several processes may do this at once.
 */
export async function keep(engine: Engine, env: Env, fetch: (folder: string) => Promise<string>): Promise<string> {
  const folder = cacheFolder(env);
  const workshop = join(folder, `.part-${randomUUID()}`);
  await mkdir(workshop, { recursive: true });
  try {
    await sweep(folder);
    const binary = await fetch(workshop);
    await chmod(binary, 0o755);
    await checkBinary(engine, binary);
    const command = engine.commands.find((name) => basename(binary).startsWith(name)) ?? engine.commands[0] ?? '';
    const home = join(folder, command);
    await rename(binary, home);
    return home;
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}

/** Removes the folders of downloads that were killed. */
async function sweep(folder: string): Promise<void> {
  const parts = (await readdir(folder)).filter((name) => name.startsWith('.part-')).map((name) => join(folder, name));
  for (const part of parts) {
    const age = await stat(part).then(
      (found) => Date.now() - found.mtimeMs,
      () => 0,
    );
    if (age > ABANDONED_MS) await rm(part, { recursive: true, force: true });
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
