import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { AppError } from '@app/common/errors/app-error.js';
import { ENV } from '@app/common/env/shared.settings.js';
import { EventPublisher, type News } from '@app/common/events/event.publisher.js';
import { Metrics } from '@app/common/metrics/metrics.js';
import type { Counter, Histogram } from '@app/common/metrics/series.js';
import type { EventType } from '@app/contracts/events.js';
import type { ChatEnv } from '../env.js';
import { PUBLISHING_PACE, type PublishingPace } from './pace.js';
import { publishingMetrics } from './publishing.metrics.js';

/** An event as the services of chat tell it. */
export type Told<T extends EventType> = Omit<News<T>, 'source' | 'channel'>;

/**
 * Publishes what happened, and never waits. While Redis is away a bounded number of events waits; more are dropped and
 * counted, and {@link Replay} makes up for them.
 */
@Injectable()
export class EventOutlet {
  private readonly log = new Logger(EventOutlet.name);
  /** Since when each publication is under way, the oldest first. */
  private readonly waiting = new Map<symbol, number>();
  private missedSince: number | undefined;
  private dropped = 0;
  private readonly duration: Histogram;
  private readonly outcomes: Record<'ok' | 'failed' | 'dropped', Counter>;

  constructor(
    private readonly events: EventPublisher,
    @Inject(ENV) private readonly env: ChatEnv,
    @Inject(PUBLISHING_PACE) private readonly pace: PublishingPace,
    metrics: Metrics,
  ) {
    const { published, duration, waiting, oldest } = metrics.of(publishingMetrics);
    const outcome = (name: 'ok' | 'failed' | 'dropped') => published.with({ outcome: name });
    this.outcomes = { ok: outcome('ok'), failed: outcome('failed'), dropped: outcome('dropped') };
    this.duration = duration;
    waiting.reads(() => this.waiting.size);
    oldest.reads(() => {
      const [since = Date.now()] = this.waiting.values();
      return (Date.now() - since) / 1000;
    });
  }

  /** Publishes an event unless too many wait already. */
  publish<T extends EventType>(type: T, event: Told<T>): void {
    if (this.waiting.size >= this.pace.mostWaiting) return this.miss(Date.now(), 'dropped');
    const key = Symbol(type);
    const began = Date.now();
    this.waiting.set(key, began);
    void this.now(type, event)
      .then(
        () => this.outcomes.ok.inc(),
        () => this.miss(began, 'failed'),
      )
      .finally(() => this.waiting.delete(key));
  }

  /** Resolves when Redis has the event. */
  async now<T extends EventType>(type: T, event: Told<T>): Promise<void> {
    const channel = type === 'message.created' ? { channel: this.env.NOTIFICATION_REDIS_CHANNEL } : {};
    const began = performance.now();
    await this.events.publish(type, { ...event, source: 'chat-service', ...channel });
    this.duration.since(began);
  }

  /** Since when events of this node may be missing, in ms since 1970; undefined when all went out in time. Forgets it. */
  takeMissed(): number | undefined {
    const [oldest] = this.waiting.values();
    const late = oldest !== undefined && Date.now() - oldest > this.pace.patienceMs ? oldest : undefined;
    const since = this.missedSince ?? late;
    if (this.dropped > 0) this.log.warn({ dropped: this.dropped }, 'events were dropped, and are published later');
    this.dropped = 0;
    this.missedSince = undefined;
    return since;
  }

  /** Says that since then events of a node that died may be missing. */
  suspect(since: number): void {
    this.missedSince = Math.min(since, this.missedSince ?? since);
  }

  /** Does what keeps something and then publishes it; if that ends in the unknown, its events are published from MongoDB. */
  async surely<T>(work: () => Promise<T>): Promise<T> {
    const began = Date.now();
    try {
      return await work();
    } catch (error) {
      const unknown = !(error instanceof AppError) || (error.code === 'UNAVAILABLE' && error.cause !== undefined);
      if (unknown) this.suspect(began);
      throw error;
    }
  }

  /** Commands wait for ever while Redis is away; this does not. */
  async patiently<T>(asked: Promise<T>): Promise<T> {
    const done = new AbortController();
    const late = pause(this.pace.patienceMs, undefined, { signal: done.signal, ref: false }).then(() => {
      throw new Error('Redis does not answer');
    });
    late.catch(() => undefined);
    try {
      return await Promise.race([asked, late]);
    } finally {
      done.abort();
    }
  }

  /** Resolves when nothing is under way, or when Redis has had its time. */
  async idle(): Promise<void> {
    const end = Date.now() + this.pace.patienceMs;
    while (this.waiting.size > 0 && Date.now() < end) await pause(10);
  }

  private miss(since: number, how: 'failed' | 'dropped'): void {
    this.outcomes[how].inc();
    this.suspect(since);
    this.dropped += 1;
  }
}
