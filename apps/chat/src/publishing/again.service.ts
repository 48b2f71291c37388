import { Inject, Injectable, Logger } from '@nestjs/common';
import { CheckpointRepository, type Hold } from '@app/common/events/checkpoint.repository.js';
import { idAt, timeOf } from '@app/common/events/id-time.js';
import { Metrics } from '@app/common/metrics/metrics.js';
import type { Counter } from '@app/common/metrics/series.js';
import { EventOutlet } from './event.outlet.js';
import { publishingMetrics } from './publishing.metrics.js';
import { type Page, type Source, SOURCES } from './sources/source.js';

/** Ids of slow clocks and slow inserts sort behind their time. */
const OVERLAP_MS = 60_000;
/** Events that wait for Redis together; on one connection, so in their order. */
const AT_ONCE = 100;

/** Publishes events again, marked `replayed`, each source from its own checkpoint, a page at a time. */
@Injectable()
export class AgainService {
  private readonly log = new Logger(AgainService.name);
  private readonly replayed: Counter;
  private count = 0;

  constructor(
    private readonly checkpoints: CheckpointRepository,
    private readonly outlet: EventOutlet,
    @Inject(SOURCES) private readonly sources: readonly Source[],
    metrics: Metrics,
  ) {
    this.replayed = metrics.of(publishingMetrics).replayed;
  }

  /** Asks that everything since then be published again. */
  async ask(since: string): Promise<void> {
    this.log.warn({ since: new Date(timeOf(since)) }, 'publishing events again');
    const from = idAt(timeOf(since) - OVERLAP_MS);
    for (const { walk } of this.sources) {
      await this.checkpoints.begin(walk, from);
      await this.checkpoints.goBack(walk, from);
    }
  }

  /** Publishes the next page of each source that was asked for; true when there is more. */
  async some(hold: Omit<Hold, 'walk'>): Promise<boolean> {
    let more = false;
    for (const source of this.sources) more = (await this.pageOf(source, hold)) || more;
    if (!more && this.count > 0) {
      this.log.log({ events: this.count }, 'published events again');
      this.count = 0;
    }
    return more;
  }

  private async pageOf(source: Source, { holder, leaseMs }: Omit<Hold, 'walk'>): Promise<boolean> {
    const hold = { walk: source.walk, holder, leaseMs };
    const mark = await this.checkpoints.take(hold);
    if (mark?.back === undefined) return false;
    const { back, asked } = mark;
    const { events, next } = await source.page(back);
    await this.publish(events);
    this.count += events.length;
    this.replayed.inc(events.length);
    // Somebody asked for more meanwhile: it is begun there at once.
    return !(await this.checkpoints.caughtUp(hold, { back, asked }, next)) || next !== undefined;
  }

  /** In their order. A few at once: Redis has its time for each lot, and a slow one gets on nevertheless. */
  private async publish(events: Page['events']): Promise<void> {
    for (let from = 0; from < events.length; from += AT_ONCE) {
      const some = events.slice(from, from + AT_ONCE);
      await this.outlet.patiently(
        Promise.all(some.map(({ type, event }) => this.outlet.now(type, { ...event, replayed: true }))),
      );
    }
  }
}
