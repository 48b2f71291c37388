import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, type Metric as PromMetric, Registry } from 'prom-client';
import { type Family, familyOf, type Values } from './family.js';
import type { Labels, Metric, MetricTable } from './metric.js';
import type { Counter, Gauge, Histogram } from './series.js';

interface SeriesOf {
  counter: Counter;
  gauge: Gauge;
  histogram: Histogram;
}

/** What code raises: the series itself where a metric has no labels, else the series of some labels. */
export type Instrument<M extends Metric> =
  M extends Metric<infer L extends Labels, infer T>
    ? [keyof L] extends [never]
      ? SeriesOf[T]
      : { with(labels: Values<L>): SeriesOf[T] }
    : never;

/** The instruments of a table. */
export type Instruments<T extends MetricTable> = { readonly [K in keyof T]: Instrument<T[K]> };

/** The metrics of one app: each has its own, as many apps live in one process when they are tested. */
@Injectable()
export class Metrics {
  private readonly registry = new Registry();
  private readonly families = new Map<string, Family>();

  /** The instruments of a table; whoever asks with the same table has the same. */
  of<const T extends MetricTable>(table: T): Instruments<T> {
    const instruments = Object.entries(table).map(([key, metric]) => {
      const family = this.family(metric);
      return [key, Object.keys(metric.labels).length > 0 ? family : family.with({})];
    });
    return Object.fromEntries(instruments) as Instruments<T>;
  }

  /** Adds what is known of the process (`process_*`, `nodejs_*`): once in a process, as it watches for good. */
  watchProcess(): void {
    collectDefaultMetrics({ register: this.registry });
  }

  /** Everything, as Prometheus reads it. */
  async text(): Promise<{ type: string; body: string }> {
    return { type: this.registry.contentType, body: await this.registry.metrics() };
  }

  private family(metric: Metric): Family {
    const known = this.families.get(metric.name);
    if (known && known.metric !== metric) throw new Error(`two metrics are called ${metric.name}`);
    if (known) return known;
    const family = familyOf(metric);
    this.families.set(metric.name, family);
    this.registry.registerMetric(Object.assign(family, { name: metric.name }) as unknown as PromMetric);
    return family;
  }
}
