import type { Counter as PromCounter, Gauge as PromGauge, Histogram as PromHistogram } from 'prom-client';

/** A value for each label. */
export type Named = Readonly<Record<string, string>>;

/** A series that only grows; it is there from its making, as a rate needs the zero before the first one. */
export class Counter {
  constructor(
    private readonly metric: PromCounter,
    private readonly labels: Named,
  ) {
    this.inc(0);
  }

  inc(by = 1): void {
    this.metric.inc(this.labels, by);
  }
}

/** A series that is set, moved, or read when Prometheus asks. */
export class Gauge {
  private reading: (() => number | Promise<number>) | undefined;

  constructor(
    private readonly metric: PromGauge,
    private readonly labels: Named,
  ) {
    this.set(0);
  }

  set(value: number): void {
    this.metric.set(this.labels, value);
  }

  inc(by = 1): void {
    this.metric.inc(this.labels, by);
  }

  dec(by = 1): void {
    this.metric.dec(this.labels, by);
  }

  /** Asked at each scrape, instead of being told; one that fails is missing from that scrape. */
  reads(reading: () => number | Promise<number>): void {
    this.reading = reading;
  }

  /** Reads it, if it is one that is read. */
  async read(): Promise<void> {
    if (!this.reading) return;
    try {
      this.set(await this.reading());
    } catch {
      this.metric.remove(this.labels);
    }
  }
}

/** A series of observations, counted by how large they were. */
export class Histogram {
  constructor(
    private readonly metric: PromHistogram,
    private readonly labels: Named,
  ) {}

  observe(value: number): void {
    this.metric.observe(this.labels, value);
  }

  /** Observes the seconds since `performance.now()` was this. */
  since(startedMs: number): void {
    this.observe((performance.now() - startedMs) / 1000);
  }
}
