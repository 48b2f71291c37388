/** What a panel shows: a query, and how its lines are called. */
export type Line = readonly [query: string, legend: string];

/** One panel, as its row declares it. */
export interface Panel {
  title: string;
  /** As Grafana names it: `s`, `ops`, `percentunit` … */
  unit: string;
  lines: readonly Line[];
  /** What to think of it. */
  says?: string;
  /** One number instead of lines over time, and from which value on it is red. */
  now?: { redFrom?: number; redBelow?: number };
}

/** Panels below a title. */
export interface Row {
  title: string;
  panels: readonly Panel[];
}

/** In the namespaces that are chosen; any of one that Prometheus calls nothing. */
export const HERE = 'namespace=~"$namespace"';
/** The same, of the apps that are chosen. */
export const APPS = `${HERE},job=~"$job"`;

/** How often something happens a second, by some of its labels. */
export const rate = (metric: string, by = '', more = '') =>
  `sum${grouped(by)}(rate(${metric}{${HERE}${more && `,${more}`}}[$__rate_interval]))`;

/** Below which so large a part of all observations was. */
export function quantile(part: number, histogram: string, { by = '', more = '' } = {}): string {
  const of = rate(`${histogram}_bucket`, by ? `le, ${by}` : 'le', more);
  return `histogram_quantile(${part}, ${of})`;
}

/** The value of what every process tells alike. */
export const shared = (metric: string, by = '') => `max${grouped(by)}(${metric}{${HERE}})`;

/** The values of all processes together. */
export const total = (metric: string, by = '') => `sum${grouped(by)}(${metric}{${HERE}})`;

const grouped = (by: string) => (by ? ` by (${by}) ` : ' ');
