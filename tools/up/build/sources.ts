import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

interface Projects {
  projects: Record<string, { sourceRoot?: string; compilerOptions?: { assets?: string[] } }>;
}

const configOf = async (root: string): Promise<Projects> =>
  JSON.parse(await readFile(join(root, 'nest-cli.json'), 'utf8')) as Projects;

/** The apps of the house, by the folders under `apps/` that Nest can build. */
export async function appNames(root: string): Promise<string[]> {
  const { projects } = await configOf(root);
  const folders = await readdir(join(root, 'apps'));
  return Object.keys(projects).filter((name) => folders.includes(name));
}

const CONFIGS = ['nest-cli.json', 'tsconfig.json', 'package-lock.json'];
const NOT_BUILT = /\.(spec|suite)\.ts$/;

/** A hash over all that a build of this app reads. Contents, not times: a checkout changes times only. */
export async function sourceHash(root: string, app: string): Promise<string> {
  const folders = [`apps/${app}/src`, 'libs/common/src', 'libs/contracts/src'];
  const listed = await Promise.all(folders.map((folder) => filesIn(root, folder)));
  const files = [...CONFIGS, `apps/${app}/tsconfig.app.json`, ...(await assetsOf(root, app)), ...listed.flat().sort()];
  const hash = createHash('sha256');
  for (const file of files) hash.update(`${file}\0`).update(await readFile(join(root, file)).catch(() => 'missing'));
  return hash.digest('hex');
}

/** What Nest copies beside what it compiles; that of packages changes with the lock only. */
async function assetsOf(root: string, app: string): Promise<string[]> {
  const { sourceRoot = '', compilerOptions } = (await configOf(root)).projects[app] ?? {};
  const paths = (compilerOptions?.assets ?? []).map((asset) => join(sourceRoot, asset));
  return paths.filter((path) => !path.startsWith('node_modules'));
}

async function filesIn(root: string, folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile() && !NOT_BUILT.test(entry.name));
  return files.map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
}
