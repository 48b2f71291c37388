/** The labels of a metric: the values each may have, or a sentence that says what bounds them. */
export type Labels = Readonly<Record<string, readonly string[] | string>>;

/** One metric as its table declares it; `docs/metrics.md` is made of these. */
export interface Metric<L extends Labels = Labels, T extends MetricType = MetricType> {
  type: T;
  name: string;
  help: string;
  labels: L;
  /** Upper bounds of a histogram, in its unit. */
  buckets?: readonly number[];
}

/** What a metric is to Prometheus. */
export type MetricType = 'counter' | 'gauge' | 'histogram';

/** Declared beside the code that raises them, in a `*.metrics.ts`. */
export type MetricTable = Readonly<Record<string, Metric>>;

/** Seconds: from what a cache answers to what nobody waits for. */
const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

interface Declared<L extends Labels> {
  name: string;
  help: string;
  labels?: L;
}

/** What only grows; its name ends in `_total`. */
export const counter = <const L extends Labels = Record<never, string>>(of: Declared<L>): Metric<L, 'counter'> =>
  declared('counter', of);

/** What goes up and down. */
export const gauge = <const L extends Labels = Record<never, string>>(of: Declared<L>): Metric<L, 'gauge'> =>
  declared('gauge', of);

/** How long, or how much, each time: seconds, unless it says otherwise. */
export const histogram = <const L extends Labels = Record<never, string>>({
  buckets = SECONDS,
  ...of
}: Declared<L> & { buckets?: readonly number[] }): Metric<L, 'histogram'> => ({
  ...declared('histogram', of),
  buckets,
});

function declared<L extends Labels, T extends MetricType>(type: T, of: Declared<L>): Metric<L, T> {
  return { type, name: of.name, help: of.help, labels: of.labels ?? ({} as L) };
}
