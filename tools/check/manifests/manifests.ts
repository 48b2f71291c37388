import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { appsOf, built } from '../../gen/apps.ts';
import type { Settings } from '../../gen/settings.page.ts';
import type { Outcome } from '../run.ts';
import { composed, orchestrated, readCompose } from './deployed.ts';
import { stagesOf, wordsOf } from './dockerfile.ts';
import { readBase, renderOverlays, type Rendered } from './kubernetes.ts';
import { type App, brokenBy } from './laws.ts';
import { dangling } from './references.ts';
import { composeProblems, kubernetesProblems, unknownNames } from './schemas.ts';

type Read = (settings: Settings, env: Record<string, string>) => Record<string, unknown>;

/** Gives the compiled or the plain source of a file, named without its `.ts`. */
export type Load = <T>(file: string) => Promise<T>;

/** What the apps say of themselves. */
export async function readApps(root: string, load: Load): Promise<Record<string, App>> {
  const { readEnv } = await load<{ readEnv: Read }>('libs/common/src/env/env');
  const apps = appsOf(root).map(async (name): Promise<[string, App]> => {
    const { settings } = await load<{ settings: Settings }>(`apps/${name}/src/env`);
    const document = await readFile(join(root, `openapi/${name}.json`), 'utf8');
    const { paths } = JSON.parse(document) as { paths: object };
    return [name, { settings, paths: Object.keys(paths), read: (env) => readEnv(settings, env) }];
  });
  return Object.fromEntries(await Promise.all(apps));
}

/** The path that the image asks whether it is ready. */
export function healthPathOf(dockerfile: string): string {
  const image = stagesOf(dockerfile).at(-1);
  const command = image ? wordsOf(image, 'HEALTHCHECK').join(' ') : '';
  return /path: '([^']+)'/.exec(command)?.[1] ?? '';
}

/** Every breach in docker-compose.yml, by its specification and the apps' own tables. */
export async function compose(root: string, apps: Record<string, App>): Promise<string[]> {
  const text = (file: string) => readFile(join(root, file), 'utf8');
  const file = readCompose(await text('docker-compose.yml'));
  const readiness = healthPathOf(await text('Dockerfile'));
  return [...composeProblems(file), ...brokenBy(composed(file, readiness), apps)];
}

/** Every breach in what would be applied to a cluster. */
export async function cluster(rendered: Rendered, apps: Record<string, App>): Promise<string[]> {
  const names = Object.keys(apps);
  const deployed = orchestrated(rendered, names);
  const missing = names.filter((name) => !deployed.some(({ app }) => app === name));
  return [
    ...(await kubernetesProblems(rendered)),
    ...missing.map((name) => `${rendered.where}: nobody runs ${name}`),
    ...brokenBy(deployed, apps),
    ...dangling(rendered),
  ];
}

/** The check's part: compose and Kubernetes by their schemas, and by the settings that `types` compiled. */
export async function manifests(root: string): Promise<Outcome> {
  const apps = await readApps(root, (file) => built(root, file));
  const overlays = await renderOverlays(root);
  const rendered = [await readBase(root), ...overlays];
  const problems = [
    ...(await compose(root, apps)),
    ...(await Promise.all(rendered.map((one) => cluster(one, apps)))).flat(),
    ...(await unknownNames(root, join(root, '.cache/manifests'), rendered)),
  ];
  const note =
    overlays.length > 0 ? undefined : 'k8s/overlays were not rendered: neither kustomize nor kubectl is here';
  return { ok: problems.length === 0, output: problems.join('\n'), ...(note && { note }) };
}
