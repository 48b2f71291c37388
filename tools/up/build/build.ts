import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Log } from '../../engines/engine.ts';
import { withLock } from './lock.mjs';
import { appNames, sourceHash } from './sources.ts';

const exec = promisify(execFile);

export interface Work {
  root: string;
  log: Log;
  /** Ends the compilers. */
  signal?: AbortSignal;
}

interface Stale {
  app: string;
  hash: string;
}

/** Where the built app starts. */
export function entryOf(root: string, app: string): string {
  return join(root, 'dist', app, 'apps', app, 'src', 'main.js');
}

/** Builds the apps whose sources changed since their last build, and names them. */
export async function buildStale(work: Work): Promise<string[]> {
  if ((await staleApps(work.root)).length === 0) return [];
  const waiting = (pid: number): void => work.log(`Waiting for the build that process ${pid} is running`);
  return withLock(join(work.root, '.cache', 'build.lock'), () => build(work), waiting);
}

async function build(work: Work): Promise<string[]> {
  const { root, log } = work;
  const stale = await staleApps(root);
  if (stale.length === 0) return [];
  const names = stale.map(({ app }) => app);
  log(`Building ${names.join(', ')}`);
  const from = Date.now();
  const queue = [...stale];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) await buildOne(work, next);
  };
  // All of them end before the lock is given back, also when one fails.
  const ends = await Promise.allSettled(Array.from({ length: Math.min(2, availableParallelism()) }, worker));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  log(`Built in ${((Date.now() - from) / 1000).toFixed(1)} s`);
  return names;
}

async function staleApps(root: string): Promise<Stale[]> {
  const apps = await Promise.all(
    (await appNames(root)).map(async (app) => ({
      app,
      hash: await sourceHash(root, app),
      built: await readFile(stampOf(root, app), 'utf8').catch(() => ''),
    })),
  );
  return apps.filter(({ hash, built }) => hash !== built);
}

async function buildOne({ root, signal }: Work, { app, hash }: Stale): Promise<void> {
  const nest = join(root, 'node_modules', '.bin', 'nest');
  const options = { cwd: root, signal, maxBuffer: 16 * 1024 * 1024 };
  await exec(nest, ['build', app], options).catch((error: Error & { stdout: string; stderr: string }) => {
    throw new Error(`${app} does not compile:\n${error.stdout}${error.stderr}`.trimEnd());
  });
  await writeFile(stampOf(root, app), hash);
}

/** Inside the output, which Nest empties before it builds: what was interrupted counts as never built. */
function stampOf(root: string, app: string): string {
  return join(root, 'dist', app, '.sources');
}
