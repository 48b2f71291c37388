import type { Source } from './names.ts';

const PRODUCTION = /^(apps|libs\/common)\/.*(?<!\.spec|\.suite)\.ts$/;
const INJECTED = /@InjectModel\((\w+)\.name/g;
const RAW = /\.collection(?:<[^>]*>)?\(['"`](\w+)['"`]/;
const WRITES = /\.(insert(One|Many)|update(One|Many)|replaceOne|delete(One|Many)|bulkWrite|findOneAnd\w+|drop)\(/;

/** Every breach of "one module writes a collection, and its schema says which", one line each. */
export function writersOf(sources: Source[]): string[] {
  const production = sources.filter(({ path }) => PRODUCTION.test(path));
  return [...production.flatMap(unsaid), ...shared(production), ...production.flatMap(foreign)];
}

function unsaid({ path, text }: Source): string[] {
  return path.endsWith('.schema.ts') && !text.includes('Written by ')
    ? [`${path}: says not by whom it is written`]
    : [];
}

function shared(sources: Source[]): string[] {
  const holders = sources.flatMap(({ path, text }) =>
    [...text.matchAll(INJECTED)].map(([, model]) => ({ model, path })),
  );
  return [...Map.groupBy(holders, ({ model }) => model)]
    .filter(([, held]) => held.length > 1)
    .map(
      ([model, held]) =>
        `${model}: held by ${held.map(({ path }) => path).join(' and ')}; one writes, others read by the connection`,
    );
}

/** Whoever names a collection instead of injecting its model is a reader. */
function foreign({ path, text }: Source): string[] {
  const [, collection] = RAW.exec(text) ?? [];
  const [, verb] = WRITES.exec(text) ?? [];
  return collection && verb ? [`${path}: reads ${collection} by its name, and writes (${verb})`] : [];
}
