import { of } from '../manifests/deployed.ts';
import type { KubernetesObject } from '../manifests/kubernetes.ts';

/** What the operator scrapes, as far as it is looked at. */
export interface PodMonitor {
  spec: {
    jobLabel: string;
    selector: { matchExpressions: { key: string; operator: string; values: string[] }[] };
    podMetricsEndpoints: { port: string; path: string }[];
  };
}

interface Workload {
  template: {
    metadata: { labels: Record<string, string> };
    spec: { containers: { ports?: { name: string; containerPort: number }[] }[] };
  };
}

/** What is wrong with a monitor: pods that it does not find or that listen elsewhere, seen from the objects of the base. */
export function monitorProblems({ spec }: PodMonitor, objects: KubernetesObject[]): string[] {
  const told = of(objects, 'ConfigMap').flatMap(({ data }) => data?.METRICS_PORT ?? []);
  return of(objects, 'Deployment').flatMap(({ metadata, spec: workload }) => {
    const { template } = workload as Workload;
    const { labels } = template.metadata;
    const ports = template.spec.containers.flatMap((container) => container.ports ?? []);
    const found = spec.selector.matchExpressions.every(({ key, values }) => values.includes(labels[key] ?? ''));
    const open = spec.podMetricsEndpoints.every(({ port }) =>
      ports.some(({ name, containerPort }) => name === port && told.includes(String(containerPort))),
    );
    return [
      ...(found ? [] : [`it does not find ${metadata.name}`]),
      ...(spec.jobLabel in labels ? [] : [`${metadata.name} has no label to be a job by`]),
      ...(open ? [] : [`${metadata.name} does not tell its metrics where it is asked`]),
    ];
  });
}
