import { join } from 'node:path';
import { BUILD } from '../gen/apps.ts';
import { openApi } from './documents/openapi.ts';
import { manifests } from './manifests/manifests.ts';
import { monitoring } from './monitoring/monitoring.ts';
import { namesOf, readSources } from './names.ts';
import { program, type Outcome, type Step } from './run.ts';
import { writersOf } from './writers.ts';

const HOUSE = join(import.meta.dirname, '../..');

/** Types apps, libs and tests as one program, and leaves it compiled for the generators. */
export const types = (root: string) => program(root, 'node_modules/@nestjs/cli/bin/nest.js', ...BUILD);

/** Types the tools, which Node runs as they are. */
export const tools = (root: string) =>
  program(root, 'node_modules/typescript/bin/tsc', '--noEmit', '-p', 'tools/tsconfig.json');

/** ESLint, with the laws that one file shows: sizes, settings, Nest at the edges, pure rules. */
const lint = (root: string) => program(root, 'node_modules/eslint/bin/eslint.js', '--max-warnings', '0', '.');

/** Prettier. */
export const format = (root: string) =>
  program(
    root,
    'node_modules/prettier/bin/prettier.cjs',
    '--check',
    '--cache',
    '--cache-location',
    '.cache/prettier',
    '.',
  );

/** dependency-cruiser, with the import laws. */
const imports = (root: string) =>
  program(
    root,
    'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
    ...['apps', 'libs', 'tools', 'e2e', 'faults', 'bench'],
  );

/** The laws that need many files at once, and no types: names, folders, who writes what. */
async function house(root: string): Promise<Outcome> {
  const sources = await readSources(root);
  const broken = [...namesOf(sources), ...writersOf(sources)];
  return { ok: broken.length === 0, output: broken.join('\n') };
}

/** Knip: files, exports and packages that nobody uses. */
export const unused = (root: string) =>
  program(root, 'node_modules/knip/bin/knip.js', '--no-progress', '--config', join(HOUSE, 'knip.json'));

/** Whether the generated documents are what the code says; needs what `types` compiled. */
const fresh = (root: string) => program(root, 'tools/gen/main.ts', '--check', '--built');

/** All of the check; the long ones first, so that two at a time end together. */
export const stepsOf = (root: string): Step[] => [
  { name: 'lint', run: () => lint(root) },
  { name: 'types', run: () => types(root) },
  { name: 'fresh', after: 'types', run: () => fresh(root) },
  { name: 'manifests', after: 'types', run: () => manifests(root) },
  { name: 'monitoring', after: 'types', run: () => monitoring(root) },
  { name: 'openapi', run: () => openApi(root) },
  { name: 'tools', run: () => tools(root) },
  { name: 'format', run: () => format(root) },
  { name: 'unused', run: () => unused(root) },
  { name: 'imports', run: () => imports(root) },
  { name: 'house', run: () => house(root) },
];
