import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from '../up/build/lock.mjs';

/** The names of the apps, in the order of the alphabet. */
export function appsOf(root: string): string[] {
  const { projects } = JSON.parse(readFileSync(join(root, 'nest-cli.json'), 'utf8')) as { projects: object };
  return Object.keys(projects).sort();
}

/** Arguments of Nest's CLI that type and compile apps, libs and tests as one program, beside `dist`. */
export const BUILD = ['build', 'chat', '--path', 'tools/gen/whole.tsconfig.json'];

/** Two checks at once would take each other's compiled files away; the second one waits. */
export function whileNobodyCompiles<T>(root: string, work: () => Promise<T>): Promise<T> {
  const waiting = (pid: number) => console.log(`Waiting for process ${pid}, which compiles the same`);
  return withLock(join(root, '.cache/whole.lock'), work, waiting);
}

/** Imports a compiled file; `file` is its source's path from the root, without `.ts`. */
export async function built<T>(root: string, file: string): Promise<T> {
  const path = join(root, '.cache/whole', `${file}.js`);
  if (!existsSync(path)) throw new Error(`${file}.ts is not compiled`);
  return (await import(path)) as T;
}
