import { join } from 'node:path';
import { namesOf, readSources } from './names.ts';
import { program, type Outcome, type Step } from './run.ts';

const HOUSE = join(import.meta.dirname, '../..');
const TSC = 'node_modules/typescript/bin/tsc';

/** Builds the apps, which types them as they ship and leaves the `dist` that the generators read. */
const build = (root: string) => program(root, 'node_modules/@nestjs/cli/bin/nest.js', 'build', '--all');

/** Types the rest: tests and libs (whose engines are tools, imported by .ts), then the tools. */
export async function types(root: string): Promise<Outcome> {
  const kept = ['--allowImportingTsExtensions', '--incremental', '--tsBuildInfoFile', '.cache/check/types.tsbuildinfo'];
  const [main, tools] = [
    await program(root, TSC, '--noEmit', '-p', 'tsconfig.json', ...kept),
    await program(root, TSC, '--noEmit', '-p', 'tools/tsconfig.json'),
  ];
  return { ok: main.ok && tools.ok, output: main.output + tools.output };
}

/** ESLint, with the laws that one file shows: sizes, settings, Nest at the edges, pure rules. */
const lint = (root: string) => program(root, 'node_modules/eslint/bin/eslint.js', '--max-warnings', '0', '.');

/** Prettier. */
export const format = (root: string) => program(root, 'node_modules/prettier/bin/prettier.cjs', '--check', '.');

/** dependency-cruiser, with the import laws. */
const imports = (root: string) =>
  program(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs', ...['apps', 'libs', 'tools', 'e2e']);

/** The laws on names and folders. */
async function names(root: string): Promise<Outcome> {
  const broken = namesOf(await readSources(root));
  return { ok: broken.length === 0, output: broken.join('\n') };
}

/** Knip: files, exports and packages that nobody uses. */
export const unused = (root: string) =>
  program(root, 'node_modules/knip/bin/knip.js', '--no-progress', '--config', join(HOUSE, 'knip.json'));

/** Whether the generated documents are what the code says; needs the built apps. */
const fresh = (root: string) => program(root, 'tools/gen/main.ts', '--check', '--built');

/** All of the check; the long ones first, so that two at a time end together. */
export const stepsOf = (root: string): Step[] => [
  { name: 'build', run: () => build(root) },
  { name: 'lint', run: () => lint(root) },
  { name: 'types', run: () => types(root) },
  { name: 'fresh', after: 'build', run: () => fresh(root) },
  { name: 'format', run: () => format(root) },
  { name: 'unused', run: () => unused(root) },
  { name: 'imports', run: () => imports(root) },
  { name: 'names', run: () => names(root) },
];
