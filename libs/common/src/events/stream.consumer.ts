import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { Redis } from 'ioredis';
import type { EventType, PublishedEvent } from '@app/contracts/events.js';
import type { Metrics } from '../metrics/metrics.js';
import type { Counter } from '../metrics/series.js';
import { spanningAll } from '../tracing/tracing.js';
import { type Entry, StreamGroup } from './stream.group.js';
import { streamMetrics } from './stream.metrics.js';
import { processingSpan } from './stream.spans.js';

/** An event as a consumer has it: where it is traced, with the place that its handling has in its trace. */
export type Heard<T extends EventType> = PublishedEvent<T> & { traceparent?: string };

/** How a consumer reads. */
export interface Consuming<T extends EventType> {
  type: T;
  /** Each group gets every event once; its workers share them. */
  group: string;
  /** The name of this worker inside the group; no two processes share one. */
  worker: string;
  /** Handles a batch whole, or throws; a thrown batch comes again, one by one. */
  handle: (events: Heard<T>[]) => Promise<void>;
  /** True for failures that are no event's fault (the database is away): these are waited out, and cost no delivery. */
  isOutage?: (error: unknown) => boolean;
  /** An event that a worker took and did not finish within this time goes to another; 30 s unless said. */
  claimAfterMs?: number;
  metrics: Metrics;
}

const CLAIM_AFTER_MS = 30_000;
/** A read waits no longer, so that a stop need not cut it off; events do not wait for it. */
const BLOCK_MS = 500;
/** Workers that have not asked for this many claim times are dead. */
const DEAD_AFTER_CLAIMS = 10;
/** Before another try; always a small part of the claim time, so that held events are not taken away meanwhile. */
const PAUSE_MS = 1000;
/** A Redis that hangs does not hold a stop up for longer. */
const STOP_MS = 1500;

/** Reads one event type's stream in a consumer group: at least once, dead letters after five deliveries. */
export class StreamConsumer<T extends EventType> {
  private readonly log = new Logger(StreamConsumer.name);
  private readonly group: StreamGroup;
  private readonly claimAfterMs: number;
  private readonly counts: Record<'handled' | 'failed' | 'claimed' | 'buried', Counter>;
  private readonly stopping = new AbortController();
  private loop: Promise<void> | undefined;
  private lastClaim = 0;

  /** `redis` must be a connection of its own: reads block it. */
  constructor(
    private readonly redis: Redis,
    private readonly how: Consuming<T>,
  ) {
    this.group = new StreamGroup(redis, how);
    this.claimAfterMs = how.claimAfterMs ?? CLAIM_AFTER_MS;
    const { handled, failed, claimed, buried } = how.metrics.of(streamMetrics);
    const of = { type: how.type, group: how.group };
    this.counts = {
      handled: handled.with(of),
      failed: failed.with(of),
      claimed: claimed.with(of),
      buried: buried.with(of),
    };
  }

  /** Starts reading; returns at once. */
  start(): void {
    this.loop = this.run();
  }

  /** Stops reading, lets the batch at hand be finished and acknowledged, and closes the connection. */
  async stop(): Promise<void> {
    this.stopping.abort();
    const late = setTimeout(() => this.redis.disconnect(), STOP_MS);
    await this.loop;
    clearTimeout(late);
    if (this.redis.status !== 'end') this.redis.disconnect();
  }

  private get running(): boolean {
    return !this.stopping.signal.aborted;
  }

  private async run(): Promise<void> {
    while (this.running) {
      try {
        if (Date.now() - this.lastClaim > this.claimAfterMs / 2) await this.takeOver();
        await this.finish(await this.group.readNew(Math.min(BLOCK_MS, this.claimAfterMs / 2)));
      } catch (error) {
        if (this.running) await this.recover(error);
      }
    }
  }

  /** A missing group (a new or an emptied Redis) is made anew from the beginning of the stream. */
  private async recover(error: unknown): Promise<void> {
    // A read that was waiting when the stream vanished says UNBLOCKED, every later command NOGROUP.
    const missing = error instanceof Error && /^(NOGROUP|UNBLOCKED)/.test(error.message);
    try {
      if (!missing) throw error;
      await this.group.create();
    } catch (cause) {
      this.log.warn({ err: cause, stream: this.group.stream }, 'reading the stream failed; trying again');
      await this.rest();
    }
  }

  /** Takes what other workers left unfinished; what was delivered too often becomes a dead letter. */
  private async takeOver(): Promise<void> {
    let from = '0-0';
    do {
      const { taken, next } = await this.group.claim(this.claimAfterMs, from);
      this.counts.claimed.inc(taken.length);
      const dead = taken.length > 0 ? await this.group.deliveredTooOften(taken) : new Set<string>();
      await this.bury(taken.filter(({ id }) => dead.has(id)));
      // One by one: one of them may be the reason why its worker died.
      for (const entry of taken.filter(({ id }) => !dead.has(id))) await this.finish([entry]);
      from = next;
    } while (from !== '0-0' && this.running);
    await this.group.forgetDead(this.claimAfterMs * DEAD_AFTER_CLAIMS);
    this.lastClaim = Date.now();
  }

  private async bury(dead: Entry[]): Promise<void> {
    if (dead.length === 0) return;
    await this.group.bury(dead);
    this.counts.buried.inc(dead.length);
    this.log.error({ stream: this.group.stream, ids: dead.map(({ id }) => id) }, 'events given up as dead letters');
  }

  /** Handles entries and acknowledges them. A batch that fails is tried one by one, so that one bad event holds up none. */
  private async finish(batch: Entry[]): Promise<void> {
    await this.bury(batch.filter((entry) => parsed(entry) === undefined));
    const readable = batch.filter((entry) => parsed(entry) !== undefined);
    if (readable.length === 0) return;
    try {
      await this.handle(readable);
    } catch (error) {
      if (readable.length === 1) {
        // Not acknowledged: it comes again by takeOver, and is buried after five times.
        this.counts.failed.inc();
        this.log.warn({ err: error, stream: this.group.stream, id: readable[0]?.id }, 'handling an event failed');
        return;
      }
      for (const entry of readable) await this.finish([entry]);
      return;
    }
    this.counts.handled.inc(readable.length);
    await this.group.acknowledge(readable);
  }

  /** Handles a batch, each event of it as a part of its own trace. */
  private handle(batch: Entry[]): Promise<void> {
    const about = { stream: this.group.stream, group: this.how.group, batch: batch.length };
    const heard = batch.flatMap((entry) => {
      const event = parsed<T>(entry);
      return event ? [{ event, span: processingSpan(entry, event.id, about) }] : [];
    });
    const events = heard.map(({ event, span }) => (span ? { ...event, traceparent: span.traceparent } : event));
    const spans = heard.flatMap(({ span }) => span ?? []);
    return spanningAll(spans, () => this.handled(events, batch));
  }

  /** Waits an outage out, while the group is told that the batch is in hands. */
  private async handled(events: Heard<T>[], batch: Entry[]): Promise<void> {
    for (let tries = 0; ; tries += 1) {
      try {
        await this.how.handle(events);
        return;
      } catch (error) {
        if (!this.running || !this.how.isOutage?.(error)) throw error;
        if (tries === 0) this.log.warn({ err: error, stream: this.group.stream }, 'events wait for the outage to end');
        await this.rest();
        await this.group.hold(batch);
      }
    }
  }

  /** A pause that a stop cuts short. */
  private async rest(): Promise<void> {
    const ms = Math.min(PAUSE_MS, this.claimAfterMs / 10);
    await pause(ms, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }
}

function parsed<T extends EventType>(entry: Entry): PublishedEvent<T> | undefined {
  try {
    const event = JSON.parse(entry.raw) as PublishedEvent<T> | null;
    return typeof event === 'object' ? (event ?? undefined) : undefined;
  } catch {
    return undefined;
  }
}
