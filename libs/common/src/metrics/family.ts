import type { Labels, Metric } from './metric.js';
import { Counter, Gauge, Histogram, type Sample, type Series } from './series.js';

/** More series than this one metric never has; whoever comes later is told as `other`. */
const MOST_SERIES = 1000;
const OTHER = 'other';

/** A value for each label: one of those declared, or what its sentence says. */
export type Values<L extends Labels> = { readonly [K in keyof L]: L[K] extends readonly (infer V)[] ? V : string };

type Named = Readonly<Record<string, string>>;
interface Child {
  labels: Named;
  series: Series;
}

/** A metric with all of its series. */
export class Family<S extends Series = Series> {
  private readonly children = new Map<string, Child & { series: S }>();
  private readonly names: readonly string[];

  constructor(
    readonly metric: Metric,
    private readonly make: (metric: Metric) => S,
  ) {
    this.names = Object.keys(metric.labels);
    if (metric.type === 'counter') this.beginAtZero();
  }

  /** The series with these labels. Keep it where it is raised often: finding it costs more than raising it. */
  with(labels: Named): S {
    return this.found(labels) ?? this.made(labels);
  }

  /** As Prometheus' client reads it. */
  async get() {
    const { name, help, type } = this.metric;
    const told = [...this.children.values()].map(async ({ labels, series }) =>
      (await series.samples()).map((sample) => line(name, labels, sample)),
    );
    return { name, help, type, values: (await Promise.all(told)).flat() };
  }

  private found(labels: Named): S | undefined {
    return this.children.get(this.keyOf(labels))?.series;
  }

  private made(labels: Named): S {
    if (this.children.size < MOST_SERIES) return this.add(labels);
    const other = Object.fromEntries(
      this.names.map((name) => [name, this.isOpen(name) ? OTHER : (labels[name] ?? '')]),
    );
    return this.found(other) ?? this.add(other);
  }

  private add(labels: Named): S {
    const series = this.make(this.metric);
    this.children.set(this.keyOf(labels), { labels: { ...labels }, series });
    return series;
  }

  private keyOf(labels: Named): string {
    return this.names.map((name) => labels[name]).join('\n');
  }

  private isOpen(name: string): boolean {
    return typeof this.metric.labels[name] === 'string';
  }

  /** A rate needs the zero that came before the first one; where the values are known, they are there from the start. */
  private beginAtZero(): void {
    if (this.names.some((name) => this.isOpen(name))) return;
    const all = this.names.reduce<Named[]>(
      (sets, name) =>
        sets.flatMap((set) => [...(this.metric.labels[name] ?? [])].map((value) => ({ ...set, [name]: value }))),
      [{}],
    );
    for (const labels of all) this.with(labels);
  }
}

function line(name: string, labels: Named, { value, suffix, le }: Sample) {
  return { metricName: `${name}${suffix ?? ''}`, labels: le === undefined ? labels : { ...labels, le }, value };
}

const MADE = {
  counter: () => new Counter(),
  gauge: () => new Gauge(),
  histogram: ({ buckets = [] }: Metric) => new Histogram(buckets),
};

/** The family of a metric. */
export function familyOf(metric: Metric): Family {
  return new Family<Series>(metric, MADE[metric.type]);
}
