import { parse } from 'yaml';
import type { KubernetesObject, Rendered } from './kubernetes.ts';

/** A probe: what it is for, and the path and port that it asks. */
export interface Probe {
  kind: 'startup' | 'liveness' | 'readiness';
  path: string;
  port: number;
}

/** One app as compose or Kubernetes would run it. */
export interface Deployed {
  /** `docker-compose.yml: chat-service`. */
  where: string;
  /** The name that other services reach it by. */
  service: string;
  app: string;
  port: number;
  /** Settings with their values; of what is secret or passed on, only the name is known. */
  env: Record<string, string | undefined>;
  probes: Probe[];
  /** Milliseconds from the order to stop until the end, and those of them in which nothing has been said to the process. */
  grace: { wholeMs: number; pauseMs: number };
}

type Pair = [name: string, value: string | undefined];

/** A docker-compose.yml, as far as it is looked at. */
export interface Compose {
  services: Record<string, ComposeService>;
}

interface ComposeService {
  image?: string;
  build?: { args: { APP: string; PORT: string } };
  environment?: Record<string, string | null>;
  volumes?: string[];
  stop_grace_period?: string;
}

/** The file with its merges carried out, and what is not set left at its default. */
export function readCompose(text: string): Compose {
  const filled = (before: string): string => {
    const after = before.replace(/(?<!\$)\$\{\w+(?::-([^${}]*))?\}/g, (_all, other: string | undefined) => other ?? '');
    return after === before ? after : filled(after);
  };
  return parse(filled(text), { merge: true }) as Compose;
}

/** The names in the file that docker/secrets.sh writes. */
export const MADE_SECRETS = ['JWT_SECRET', 'REDIS_PASSWORD'];

/** The apps of a docker-compose.yml: what is built from this checkout. */
export function composed({ services }: Compose, readiness: string): Deployed[] {
  return Object.entries(services).flatMap(([service, { build, environment = {}, volumes = [], ...rest }]) => {
    if (!build) return [];
    const port = Number(build.args.PORT);
    const given = Object.entries(environment).map(([name, value]): Pair => [name, value ?? undefined]);
    const made = volumes.some((volume) => volume.startsWith('secrets:/run/parley')) ? MADE_SECRETS : [];
    return {
      where: `docker-compose.yml: ${service}`,
      service,
      app: build.args.APP,
      port,
      env: Object.fromEntries([...made.map((name): Pair => [name, undefined]), ['PORT', String(port)], ...given]),
      probes: [{ kind: 'readiness', path: readiness, port }],
      grace: { wholeMs: Number.parseInt(rest.stop_grace_period ?? '10s', 10) * 1000, pauseMs: 0 },
    };
  });
}

interface HttpProbe {
  httpGet: { path: string; port: string | number };
}

interface Container {
  name: string;
  image: string;
  ports?: { name: string; containerPort: number }[];
  envFrom?: { configMapRef: { name: string } }[];
  env?: { name: string; value?: string }[];
  startupProbe?: HttpProbe;
  livenessProbe?: HttpProbe;
  readinessProbe?: HttpProbe;
  lifecycle?: { preStop: { sleep: { seconds: number } } };
}

interface PodOwner {
  template: { spec: { terminationGracePeriodSeconds?: number; containers: Container[] } };
}

/** The apps among the objects of Kubernetes: deployments of our own images. */
export function orchestrated({ where, objects }: Rendered, apps: readonly string[]): Deployed[] {
  const maps = new Map(of(objects, 'ConfigMap').map(({ metadata, data }) => [metadata.name, data ?? {}]));
  return of(objects, 'Deployment').flatMap(({ metadata, spec }) => {
    const pod = (spec as PodOwner).template.spec;
    const container = pod.containers.find(({ name }) => apps.includes(name));
    if (!container) return [];
    const port = container.ports?.[0]?.containerPort ?? 0;
    const settings = (container.envFrom ?? []).flatMap(({ configMapRef }) =>
      Object.entries(maps.get(configMapRef.name) ?? {}),
    );
    const own = (container.env ?? []).map(({ name, value }): Pair => [name, value]);
    return {
      where: `${where}: ${metadata.name}`,
      service: metadata.name,
      app: container.name,
      port,
      env: Object.fromEntries([...settings, ...own]),
      probes: probesOf(container, port),
      grace: {
        wholeMs: (pod.terminationGracePeriodSeconds ?? 30) * 1000,
        pauseMs: (container.lifecycle?.preStop.sleep.seconds ?? 0) * 1000,
      },
    };
  });
}

/** The objects of a kind. */
export const of = (objects: KubernetesObject[], kind: string) => objects.filter((object) => object.kind === kind);

function probesOf(container: Container, port: number): Probe[] {
  return (['startup', 'liveness', 'readiness'] as const).flatMap((kind) => {
    const probe = container[`${kind}Probe`]?.httpGet;
    return probe ? [{ kind, path: probe.path, port: probe.port === 'http' ? port : Number(probe.port) }] : [];
  });
}
