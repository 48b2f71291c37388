/** A line of Prometheus' text, before its labels. */
export interface Sample {
  value: number;
  /** What the metric's name ends in, and the bucket. */
  suffix?: '_bucket' | '_sum' | '_count';
  le?: string;
}

/**
 * One series of a metric: a number that code raises and Prometheus reads. Raised on the path of every message, it costs an
 * addition; the library's own finds its series by a text made of the labels each time, which is measured at ten times this.
 */
export interface Series {
  samples(): Sample[] | Promise<Sample[]>;
}

/** A series that only grows. */
export class Counter implements Series {
  private value = 0;

  /** What it has come to. */
  get total(): number {
    return this.value;
  }

  inc(by = 1): void {
    this.value += by;
  }

  samples(): Sample[] {
    return [{ value: this.value }];
  }
}

/** A series that is set, or read when Prometheus asks. */
export class Gauge implements Series {
  private value = 0;
  private reading: (() => number | Promise<number>) | undefined;

  set(value: number): void {
    this.value = value;
  }

  /** Asked at each scrape, instead of being told; one that fails is missing from that scrape. */
  reads(reading: () => number | Promise<number>): void {
    this.reading = reading;
  }

  async samples(): Promise<Sample[]> {
    if (!this.reading) return [{ value: this.value }];
    try {
      return [{ value: await this.reading() }];
    } catch {
      return [];
    }
  }
}

/** A series of observations, counted by how large they were. */
export class Histogram implements Series {
  private readonly counts: number[];
  private sum = 0;

  constructor(private readonly bounds: readonly number[]) {
    this.counts = new Array<number>(bounds.length + 1).fill(0);
  }

  observe(value: number): void {
    const { bounds, counts } = this;
    let bucket = 0;
    while (bucket < bounds.length && value > (bounds[bucket] ?? 0)) bucket++;
    counts[bucket] = (counts[bucket] ?? 0) + 1;
    this.sum += value;
  }

  /** Observes the seconds since `performance.now()` was this. */
  since(startedMs: number): void {
    this.observe((performance.now() - startedMs) / 1000);
  }

  samples(): Sample[] {
    let count = 0;
    const buckets = this.counts.map((more, index): Sample => {
      count += more;
      return { suffix: '_bucket', le: String(this.bounds[index] ?? '+Inf'), value: count };
    });
    return [...buckets, { suffix: '_sum', value: this.sum }, { suffix: '_count', value: count }];
  }
}
