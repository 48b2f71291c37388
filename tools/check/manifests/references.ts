import { of } from './deployed.ts';
import type { KubernetesObject, Rendered } from './kubernetes.ts';

/** Where an object is named by another, in the words of Kubernetes: key of the reference → kind. */
const NAMED: Record<string, string> = {
  configMapRef: 'ConfigMap',
  configMap: 'ConfigMap',
  persistentVolumeClaim: 'PersistentVolumeClaim',
  service: 'Service',
};

/** The one secret: made by whoever runs the cluster. */
const SECRETS = 'parley-secrets';

/** Names of objects that are not there, and selectors and ports that fit no pod. */
export function dangling({ where, objects }: Rendered): string[] {
  const has = (kind: string, name: string) => of(objects, kind).some(({ metadata }) => metadata.name === name);
  const pods = objects.flatMap(podsOf);
  return objects.flatMap((object) => {
    const here = `${where}: ${object.kind} ${object.metadata.name}`;
    const references = namesIn(object.spec).filter(
      ({ kind, name }) => !(kind === 'Secret' ? name === SECRETS : has(kind, name)),
    );
    const selectors = selectorsOf(object).filter((selector) => !pods.some(({ labels }) => fits(selector, labels)));
    return [
      ...references.map(({ kind, name }) => `${here} names the ${kind} ${name}, which is not there`),
      ...selectors.map((selector) => `${here} selects ${JSON.stringify(selector)}, which no pod has`),
      ...closedPorts(object, pods).map((port) => `${here} opens port ${port}, where nobody listens`),
    ];
  });
}

interface Pod {
  labels: Record<string, string>;
  ports: (string | number)[];
}

interface Labelled {
  template?: {
    metadata: { labels: Record<string, string> };
    spec: { containers: { ports?: { name: string; containerPort: number }[] }[] };
  };
  selector?: { matchLabels?: Record<string, string> } & Record<string, unknown>;
  podSelector?: { matchLabels?: Record<string, string> };
  ports?: { targetPort?: string | number; port: number }[];
  ingress?: { ports?: { port: string | number }[] }[];
}

function podsOf({ spec }: KubernetesObject): Pod[] {
  const template = (spec as Labelled | undefined)?.template;
  if (!template) return [];
  const ports = template.spec.containers.flatMap((container) => container.ports ?? []);
  return [
    { labels: template.metadata.labels, ports: ports.flatMap(({ name, containerPort }) => [name, containerPort]) },
  ];
}

function selectorsOf({ kind, spec }: KubernetesObject): Record<string, string>[] {
  const { selector, podSelector } = (spec ?? {}) as Labelled;
  const of = kind === 'Service' ? (selector as Record<string, string>) : (selector ?? podSelector)?.matchLabels;
  return of ? [of] : [];
}

const fits = (selector: Record<string, string>, labels: Record<string, string>) =>
  Object.entries(selector).every(([name, value]) => labels[name] === value);

/** Ports of services and network policies that no container of the selected pods has. */
function closedPorts(object: KubernetesObject, pods: Pod[]): (string | number)[] {
  const { ports = [], ingress } = (object.spec ?? {}) as Labelled;
  const opened =
    object.kind === 'Service'
      ? ports.map(({ targetPort, port }) => targetPort ?? port)
      : object.kind === 'NetworkPolicy'
        ? (ingress ?? []).flatMap((rule) => rule.ports ?? []).map(({ port }) => port)
        : [];
  const [selector = {}] = selectorsOf(object);
  const selected = pods.filter(({ labels }) => fits(selector, labels));
  return opened.filter((port) => !selected.some((pod) => pod.ports.includes(port)));
}

/** Every object that is named somewhere in a spec. */
function namesIn(value: unknown): { kind: string; name: string }[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
    const { name, claimName } = (inner ?? {}) as { name?: string; claimName?: string };
    const called = claimName ?? name;
    const kind = key === 'secretKeyRef' ? 'Secret' : key === 'scaleTargetRef' ? 'Deployment' : NAMED[key];
    return [...(kind && called ? [{ kind, name: called }] : []), ...namesIn(inner)];
  });
}
