import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The names of the apps, in the order of the alphabet. */
export function appsOf(root: string): string[] {
  const { projects } = JSON.parse(readFileSync(join(root, 'nest-cli.json'), 'utf8')) as { projects: object };
  return Object.keys(projects).sort();
}

/** Imports a built file of an app; `file` is its source's path from the root, without `.ts`. */
export async function built<T>(root: string, app: string, file: string): Promise<T> {
  const path = join(root, 'dist', app, `${file}.js`);
  if (!existsSync(path)) throw new Error(`${file}.ts of ${app} is not built; run npm run build`);
  return (await import(path)) as T;
}
