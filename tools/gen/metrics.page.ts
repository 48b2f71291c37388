import { globSync } from 'node:fs';
import type { Metric, MetricTable } from '../../libs/common/src/metrics/metric.ts';
import { built } from './apps.ts';
import { table } from './document.ts';

/** Metrics that belong together: an app's, or those that every app has. */
export interface MetricSection {
  title: string;
  metrics: Metric[];
}

/** Gives the compiled or the plain source of a file, named without its `.ts`. */
type Load = <T>(file: string) => Promise<T>;

const EVERY_APP = 'All apps';

/** What the `*.metrics.ts` of the libs and the apps declare, by app. */
export async function metricSectionsOf(
  root: string,
  load: Load = (file) => built(root, file),
): Promise<MetricSection[]> {
  const sections = new Map<string, Metric[]>([[EVERY_APP, []]]);
  for (const path of globSync('{libs,apps}/**/*.metrics.ts', { cwd: root }).sort()) {
    const title = /^apps\/([^/]+)\//.exec(path)?.[1] ?? EVERY_APP;
    const tables = Object.values(await load<Record<string, MetricTable>>(path.replace(/\.ts$/, '')));
    sections.set(title, [...(sections.get(title) ?? []), ...tables.flatMap((one) => Object.values(one))]);
  }
  return [...sections].map(([title, metrics]) => ({ title, metrics }));
}

/** `docs/metrics.md`. */
export function renderMetrics(sections: MetricSection[]): string {
  const parts = sections.map(({ title, metrics }) => {
    const rows = metrics.map((one) => [`\`${one.name}\``, one.type, labelsOf(one), one.help]);
    return `## ${title}\n\n${table(['Metric', 'Type', 'Labels', 'What it says'], rows)}\n`;
  });
  return `# Metrics

Generated from the \`*.metrics.ts\` beside the code that raises them by \`npm run gen\`.

Every app answers \`GET /metrics\` on the port \`METRICS_PORT\`, which no client needs to reach; [operations](operations.md#metrics)
says how Prometheus does. Durations are in seconds. Beside these, each app tells what is known of every Node process: \`process_*\`
(CPU, memory, open files) and \`nodejs_*\` (event loop lag, garbage collection, heap).

${parts.join('\n')}`;
}

function labelsOf({ labels }: Metric): string {
  return Object.entries(labels)
    .map(([name, values]) => `\`${name}\`: ${typeof values === 'string' ? values : shown(values)}`)
    .join('; ');
}

const shown = (values: readonly string[]) => values.map((value) => `\`${value}\``).join(', ');
