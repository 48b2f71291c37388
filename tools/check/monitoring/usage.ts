import { parseQuery, type Query } from './promql.ts';

/** A metric as an app declares it. */
export interface Metric {
  name: string;
  type: string;
  labels: readonly string[];
}

/** A series name, what it counts, and the labels that it comes with. */
export interface Series {
  counts: boolean;
  labels: Set<string>;
}

/** Labels that Prometheus gives to all that it scrapes; outside Kubernetes there is no namespace, which does no harm. */
const SCRAPED = ['namespace', 'job', 'instance'];
/** What Prometheus itself says of a target. */
const OWN: Metric[] = [{ name: 'up', type: 'gauge', labels: [] }];

const OF_COUNTERS = ['rate', 'irate', 'increase', 'resets'];
const OF_GAUGES = ['delta', 'deriv', 'predict_linear'];
const OVER_TIME = ['changes', 'avg_over_time', 'min_over_time', 'max_over_time', 'sum_over_time'];
const RANGED = [...OF_COUNTERS, ...OF_GAUGES, ...OVER_TIME];

/** The series that these metrics become. */
export function seriesOf(metrics: readonly Metric[]): Map<string, Series> {
  return new Map(
    [...OWN, ...metrics].flatMap(({ name, type, labels }): [string, Series][] => {
      const own = [...SCRAPED, ...labels];
      const counts = type === 'counter';
      if (type !== 'histogram') {
        const quantiles = type === 'summary' ? ['quantile'] : [];
        return [[name, { counts, labels: new Set([...own, ...quantiles]) }]];
      }
      return ['bucket', 'sum', 'count'].map((part) => {
        const more = part === 'bucket' ? ['le'] : [];
        return [`${name}_${part}`, { counts: true, labels: new Set([...own, ...more]) }];
      });
    }),
  );
}

/** Labels that a text speaks of, as `{{ $labels.job }}` or as `{{job}}`, and that the answer to a query does not have. */
export function unsaid(text: string, query: string, series: Map<string, Series>): string[] {
  const spoken = [...text.matchAll(/\{\{\s*(?:\$labels\.)?([a-z_]+)[^}]*\}\}/g)].map(([, label = '']) => label);
  const there = labelsOf(parseQuery(query), series);
  return spoken.filter((label) => !there.has(label)).map((label) => `"${text}" speaks of ${label}, which is not there`);
}

/** What is wrong with a query, seen from the series that there are: names, labels, and functions that do not fit. */
export function problemsIn(query: string, series: Map<string, Series>): string[] {
  try {
    return [...new Set(check(parseQuery(query), series))];
  } catch (error) {
    return [(error as Error).message];
  }
}

/** The labels that the answer to a query has. */
function labelsOf(query: Query, series: Map<string, Series>): Set<string> {
  switch (query.is) {
    case 'scalar':
      return new Set();
    case 'selector':
      return series.get(query.metric)?.labels ?? new Set();
    case 'aggregate':
      return ['topk', 'bottomk'].includes(query.name) ? within(query.inner, series) : new Set(query.by);
    case 'subquery':
    case 'call':
    case 'binary':
      return within(query.inner, series);
  }
}

const within = (inner: Query[], series: Map<string, Series>) =>
  new Set(inner.flatMap((one) => [...labelsOf(one, series)]));

function check(query: Query, series: Map<string, Series>): string[] {
  if (query.is === 'scalar') return [];
  if (query.is === 'selector') return selected(query, series);
  const own = query.is === 'call' ? called(query, series) : [...missing(query, series), ...unmatched(query, series)];
  return [...own, ...query.inner.flatMap((inner) => check(inner, series))];
}

function selected({ metric, labels }: Query & { is: 'selector' }, series: Map<string, Series>): string[] {
  const known = series.get(metric);
  if (!known) return [`nobody exports ${metric}`];
  return labels.filter((label) => !known.labels.has(label)).map((label) => `${metric} has no label ${label}`);
}

/** Labels that are grouped or matched by and that what is grouped or matched does not have. */
function missing(query: Query & { inner: Query[] }, series: Map<string, Series>): string[] {
  const labels = query.is === 'aggregate' ? query.by : query.is === 'binary' ? query.on : [];
  return query.inner
    .filter(({ is }) => is !== 'scalar')
    .flatMap((inner) => {
      const there = labelsOf(inner, series);
      return labels.filter((label) => !there.has(label)).map((label) => `there is no label ${label} to go by`);
    });
}

/** Two sides with different labels never meet, and the answer is empty. */
function unmatched(query: Query, series: Map<string, Series>): string[] {
  const sides = query.is === 'binary' && query.on.length === 0 ? query.inner.filter(({ is }) => is !== 'scalar') : [];
  const [left, right] = sides.map((side) => [...labelsOf(side, series)].sort().join());
  return right === undefined || left === right ? [] : [`sides by (${left}) and (${right}) never meet`];
}

function called({ name, inner }: Query & { is: 'call' }, series: Map<string, Series>): string[] {
  if (name === 'histogram_quantile') {
    return inner.some((one) => labelsOf(one, series).has('le')) ? [] : ['histogram_quantile needs the label le'];
  }
  if (!RANGED.includes(name)) return [];
  const over = inner.find((one) => one.is === 'subquery' || (one.is === 'selector' && one.range));
  if (!over) return [`${name} needs a range`];
  return over.is === 'selector' ? unfit(name, over.metric, series) : [];
}

/** Functions of counters know that those begin anew with their process; of gauges they make nothing. */
function unfit(name: string, metric: string, series: Map<string, Series>): string[] {
  const known = series.get(metric);
  if (!known || !(known.counts ? OF_GAUGES : OF_COUNTERS).includes(name)) return [];
  return [`${metric} is no ${known.counts ? 'gauge' : 'counter'} to take the ${name} of`];
}
