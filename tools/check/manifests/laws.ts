import type { Settings } from '../../gen/settings.page.ts';
import type { Deployed } from './deployed.ts';

/** What is known of an app from its own code. */
export interface App {
  settings: Settings;
  /** The paths of its OpenAPI document. */
  paths: readonly string[];
  /** Reads settings as the app does; throws with all problems. */
  read: (env: Record<string, string>) => Record<string, unknown>;
}

/** A stop that takes all of its time is not killed in the last moment. */
const MARGIN_MS = 2000;
const SECRET = /SECRET|PASSWORD/;
const PROBED = { startup: '/health/live', liveness: '/health/live', readiness: '/health/ready' };

/** What is wrong with a deployment: its settings, ports, probes, addresses and times, by the apps' own tables. */
export function brokenBy(deployed: readonly Deployed[], apps: Record<string, App>): string[] {
  return deployed.flatMap((one) => {
    const app = apps[one.app];
    if (!app) return [`${one.where}: there is no app ${one.app}`];
    const problems = [
      ...settingsOf(one, app),
      ...portsOf(one, app),
      ...addressesOf(one, deployed),
      ...stopOf(one, app),
    ];
    return problems.map((problem) => `${one.where}: ${problem}`);
  });
}

function settingsOf({ env }: Deployed, { settings, read }: App): string[] {
  const unknown = Object.keys(env).filter((name) => !(name in settings));
  const told = Object.entries(env).filter(([name, value]) => SECRET.test(name) && value !== undefined);
  return [
    ...unknown.map((name) => `${name} is no setting of this app`),
    ...told.map(([name]) => `${name} is written down; it is a secret`),
    ...wrongOf(() => read(filled(env, settings))),
  ];
}

/** What is kept elsewhere counts as given, where an app needs it. */
function filled(env: Deployed['env'], settings: Settings): Record<string, string> {
  const known = Object.entries(env).flatMap(([name, value]): [string, string][] => {
    if (value !== undefined) return [[name, value]];
    const spec = settings[name];
    return spec && !('default' in spec) ? [[name, 'kept-elsewhere'.repeat(3)]] : [];
  });
  return Object.fromEntries(known);
}

function wrongOf(read: () => unknown): string[] {
  try {
    read();
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}

function portsOf({ port, env, probes }: Deployed, { settings, paths }: App): string[] {
  const own = Number(settings.PORT?.default);
  const kinds = probes.map(({ kind }) => kind);
  return [
    ...(port === own && env.PORT === String(own)
      ? []
      : [`it listens on ${env.PORT}, is asked on ${port}, and is known by ${own}`]),
    ...(kinds.includes('readiness') ? [] : ['nobody asks whether it is ready']),
    ...probes.flatMap(({ kind, path, port: asked }) => [
      ...(path === PROBED[kind] && paths.includes(path) ? [] : [`${kind} asks ${path}, not ${PROBED[kind]}`]),
      ...(asked === port ? [] : [`${kind} asks port ${asked}, not ${port}`]),
    ]),
  ];
}

/** Addresses of neighbours name a service that there is, and its port. */
function addressesOf({ env }: Deployed, all: readonly Deployed[]): string[] {
  const known = new Set(all.map(({ service, port }) => `http://${service}:${port}`));
  const neighbours = Object.entries(env).filter(([name]) => /^(CHAT|MEDIA|NOTIFICATION)_(SERVICE_)?URLS?$/.test(name));
  return neighbours.flatMap(([name, value = '']) =>
    value.split(',').flatMap((address) => (known.has(address) ? [] : [`${name} names ${address}, where nobody is`])),
  );
}

function stopOf({ env, grace }: Deployed, { settings }: App): string[] {
  const drain = Number(env.SHUTDOWN_TIMEOUT_MS ?? settings.SHUTDOWN_TIMEOUT_MS?.default);
  const needed = grace.pauseMs + drain + MARGIN_MS;
  return grace.wholeMs >= needed ? [] : [`it is killed after ${grace.wholeMs} ms; its stop may take ${needed} ms`];
}
