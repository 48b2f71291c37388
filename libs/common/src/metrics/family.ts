import { Counter as PromCounter, Gauge as PromGauge, Histogram as PromHistogram, type Registry } from 'prom-client';
import type { Labels, Metric } from './metric.js';
import { Counter, Gauge, Histogram, type Named } from './series.js';

/** More series than this one metric never has; whoever comes later is told as `other`. */
const MOST_SERIES = 1000;
const OTHER = 'other';

/** A value for each label: one of those declared, or what its sentence says. */
export type Values<L extends Labels> = { readonly [K in keyof L]: L[K] extends readonly (infer V)[] ? V : string };

export type Series = Counter | Gauge | Histogram;

/** A metric with all of its series, as many as it may have. */
export class Family<S extends Series = Series> {
  private readonly children = new Map<string, S>();
  private readonly names: readonly string[];

  constructor(
    readonly metric: Metric,
    private readonly make: (labels: Named) => S,
  ) {
    this.names = Object.keys(metric.labels);
    if (metric.type === 'counter') this.beginAtZero();
  }

  /** The series with these labels. Keep it where it is raised often: finding it costs more than raising it. */
  with(labels: Named): S {
    return this.children.get(this.keyOf(labels)) ?? this.made(labels);
  }

  private made(labels: Named): S {
    if (this.children.size < MOST_SERIES) return this.add(labels);
    const other = Object.fromEntries(
      this.names.map((name) => [name, this.isOpen(name) ? OTHER : (labels[name] ?? '')]),
    );
    return this.children.get(this.keyOf(other)) ?? this.add(other);
  }

  private add(labels: Named): S {
    const series = this.make({ ...labels });
    this.children.set(this.keyOf(labels), series);
    return series;
  }

  private keyOf(labels: Named): string {
    return this.names.map((name) => labels[name]).join('\n');
  }

  private isOpen(name: string): boolean {
    return typeof this.metric.labels[name] === 'string';
  }

  /** Where the values of all labels are known, their series are there from the start. */
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

/** The family of a metric, which the registry tells. */
export function familyOf(metric: Metric, registry: Registry): Family {
  const { type, name, help, labels, buckets = [] } = metric;
  const of = { name, help, labelNames: Object.keys(labels), registers: [registry] };
  switch (type) {
    case 'counter': {
      const counter = new PromCounter(of);
      return new Family<Series>(metric, (labels) => new Counter(counter, labels));
    }
    case 'histogram': {
      const histogram = new PromHistogram({ ...of, buckets: [...buckets] });
      return new Family<Series>(metric, (labels) => new Histogram(histogram, labels));
    }
    case 'gauge': {
      const read: Gauge[] = [];
      const collect = async () => void (await Promise.all(read.map((gauge) => gauge.read())));
      const prom = new PromGauge({ ...of, collect });
      return new Family<Series>(metric, (labels) => {
        const gauge = new Gauge(prom, labels);
        read.push(gauge);
        return gauge;
      });
    }
  }
}
