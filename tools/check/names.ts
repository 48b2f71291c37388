import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

const SOURCES = '{apps,libs,tools,e2e,bench,faults}/**/*.{ts,tsx,js,mjs}';
const MOST_IN_A_FOLDER = 12;
const EMPTY_NAME = /(^|[-.])(utils?|helpers?|managers?)([-.]|$)|-v\d+([-.]|$)/;
const NOUN_ROLE = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*){0,3}\.(ts|tsx|js|mjs)$/;
const TEST = /\.(spec|suite)\.ts$/;
const EXPORTED_CLASS = /^export (?:default )?(?:abstract )?class (\w+)/gm;
const ROLES = [
  'Controller',
  'Consumer',
  'Filter',
  'Gateway',
  'Guard',
  'Interceptor',
  'Module',
  'Repository',
  'Service',
];

/** What the laws on names and folders look at: a path with slashes, and the text. */
export interface Source {
  path: string;
  text: string;
}

/** The sources under `root` that the laws hold for; fixtures break them on purpose. */
export async function readSources(root: string): Promise<Source[]> {
  const found: Source[] = [];
  for await (const path of glob(SOURCES, {
    cwd: root,
    exclude: ['**/node_modules/**', '**/dist/**', 'tools/check/fixtures/**'],
  })) {
    found.push({ path, text: readFileSync(join(root, path), 'utf8') });
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Every breach of the laws on names and folders, one line each. */
export function namesOf(sources: Source[]): string[] {
  return [...sources.flatMap(({ path, text }) => [...nameless(path), ...misnamed(path, text)]), ...crowded(sources)];
}

function nameless(path: string): string[] {
  const bad = path.split('/').find((part) => EMPTY_NAME.test(part));
  return bad ? [`${path}: "${bad}" says nothing; name what it is`] : [];
}

function misnamed(path: string, text: string): string[] {
  const name = basename(path);
  if (!NOUN_ROLE.test(name)) return [`${path}: files are noun.role.ts, in lower case with dashes`];
  if (TEST.test(name) || !/^(apps|libs\/common)\//.test(path)) return [];
  return [...text.matchAll(EXPORTED_CLASS)].flatMap(([, className = '']) => {
    const role = ROLES.find((known) => className.endsWith(known))?.toLowerCase();
    return role && !name.endsWith(`.${role}.ts`) ? [`${path}: ${className} belongs into a file *.${role}.ts`] : [];
  });
}

function crowded(sources: Source[]): string[] {
  const folders = Map.groupBy(
    sources.filter(({ path }) => !TEST.test(path)),
    ({ path }) => dirname(path),
  );
  return [...folders]
    .filter(([, files]) => files.length > MOST_IN_A_FOLDER)
    .map(([folder, files]) => `${folder}: ${files.length} source files, at most ${MOST_IN_A_FOLDER}`);
}
