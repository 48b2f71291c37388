import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { collectDefaultMetrics, type Metric as PromMetric, Registry } from 'prom-client';
import { parse } from 'yaml';
import { metricSectionsOf } from '../../gen/metrics.page.ts';
import { type KubernetesObject, readBase, renderFolder } from '../manifests/kubernetes.ts';
import type { Load } from '../manifests/manifests.ts';
import type { Outcome } from '../run.ts';
import { boardProblems, type Dashboard } from './board.ts';
import { monitorProblems, type PodMonitor } from './monitor.ts';
import { headingsOf, ruleProblems, type Rules } from './rules.ts';
import { type Metric, seriesOf } from './usage.ts';

const FOLDER = 'k8s/components/monitoring';
/** Pages that help somebody who was woken. */
const PAGES = ['docs/troubleshooting.md', 'docs/operations.md'];

/** What the apps declare, and what is known of every process of Node. */
export async function metricsOf(root: string, load?: Load): Promise<Metric[]> {
  const declared = (await metricSectionsOf(root, load)).flatMap(({ metrics }) => metrics);
  return [...declared.map(({ name, type, labels }) => ({ name, type, labels: Object.keys(labels) })), ...ofNode()];
}

/** Read from Prometheus' own client, which adds them to each app. */
function ofNode(): Metric[] {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const metrics = registry.getMetricsAsArray() as unknown as (PromMetric & { type: string; labelNames: string[] })[];
  return metrics.map((one) => ({ ...(one as unknown as Metric), labels: one.labelNames }));
}

/** The check's part: dashboard, alert rules and monitor, by the metrics that there are and the pages that they name. */
export async function monitoring(root: string): Promise<Outcome> {
  const problems = [...(await queryProblems(root, await metricsOf(root))), ...(await unrendered(root))];
  return { ok: problems.length === 0, output: problems.map((problem) => `${FOLDER}/${problem}`).join('\n') };
}

/** What is wrong with everything that asks for metrics, when there are these. */
export async function queryProblems(root: string, metrics: Metric[]): Promise<string[]> {
  const text = (file: string) => readFile(join(root, file), 'utf8');
  const series = seriesOf(metrics);
  const dashboard = JSON.parse(await text(`${FOLDER}/dashboard.json`)) as Dashboard;
  const { spec: rules } = parse(await text(`${FOLDER}/rules.yaml`)) as { spec: Rules };
  const monitor = parse(await text(`${FOLDER}/pod-monitor.yaml`)) as PodMonitor;
  const pages = await Promise.all(PAGES.map(async (page) => headingsOf(page, await text(page))));
  return [
    ...boardProblems(dashboard, series).map((problem) => `dashboard.json: ${problem}`),
    ...ruleProblems(rules, series, new Set(pages.flat())).map((problem) => `rules.yaml: ${problem}`),
    ...monitorProblems(monitor, (await readBase(root)).objects).map((problem) => `pod-monitor.yaml: ${problem}`),
  ];
}

/** The component in an overlay, as kustomize makes it; nothing where that is not here. */
async function unrendered(root: string): Promise<string[]> {
  const folder = join(root, '.cache/monitoring');
  await mkdir(folder, { recursive: true });
  const overlay = { resources: ['../../k8s/base'], components: [`../../${FOLDER}`] };
  await writeFile(join(folder, 'kustomization.yaml'), JSON.stringify(overlay));
  const objects = await renderFolder(folder);
  return objects && !COMPONENT.every((kind) => made(objects, kind)) ? ['kustomize does not make all of it'] : [];
}

const COMPONENT = ['PodMonitor', 'PrometheusRule', 'ConfigMap'];
const made = (objects: KubernetesObject[], kind: string) =>
  objects.some((object) => object.kind === kind && object.metadata.name.startsWith('parley'));
