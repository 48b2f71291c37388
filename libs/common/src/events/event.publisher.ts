import { Inject, Injectable } from '@nestjs/common';
import type { Redis } from 'ioredis';
import type { EventData, EventType, PublishedEvent } from '@app/contracts/events.js';
import { keys } from '../redis/keys.js';
import { REDIS } from '../redis/redis.module.js';
import { spanning } from '../tracing/tracing.js';
import { publishingSpan } from './stream.spans.js';

/** Events older than this leave the stream. */
const KEPT_MS = 24 * 60 * 60 * 1000;

/**
 * One call, and the event crosses the wire once for both ways.
 * KEYS[1] stream, ARGV: event JSON, channel, how long the stream keeps events in ms, where it is in its trace, if it is.
 */
const PUBLISH = `
local now = redis.call('TIME')
local oldest = (tonumber(now[1]) * 1000) - tonumber(ARGV[3])
local fields = { 'event', ARGV[1] }
if ARGV[4] then fields = { 'event', ARGV[1], 'traceparent', ARGV[4] } end
redis.call('XADD', KEYS[1], 'MINID', '~', string.format('%.0f', math.max(oldest, 0)), '*', unpack(fields))
return redis.call('PUBLISH', ARGV[2], ARGV[1])
`;

interface WithPublish extends Redis {
  publishEvent(stream: string, event: string, ...more: (string | number)[]): Promise<number>;
}

/** What is published; `id` makes a repeated publication the same event. */
export interface News<T extends EventType> {
  id: string;
  source: string;
  subject: string;
  time: string;
  /** Said of what may have been published before. */
  replayed?: true;
  data: EventData[T];
  channel?: string;
}

/** Publishes domain events as CloudEvents: to the type's stream, and to its channel for simple subscribers. */
@Injectable()
export class EventPublisher {
  private readonly redis: WithPublish;

  constructor(@Inject(REDIS) redis: Redis) {
    redis.defineCommand('publishEvent', { lua: PUBLISH, numberOfKeys: 1 });
    this.redis = redis as WithPublish;
  }

  /** Resolves when Redis has the event, on the type's stream and on a channel (`events:<type>` unless another is named). */
  async publish<T extends EventType>(type: T, news: News<T>): Promise<void> {
    const { channel = keys.eventChannel(type), data, ...head } = news;
    const event: PublishedEvent<T> = { specversion: '1.0', ...head, type, datacontenttype: 'application/json', data };
    const stream = keys.eventStream(type);
    const span = publishingSpan(stream, news.id);
    const traceparent = span ? [span.traceparent] : [];
    await spanning(span, () =>
      this.redis.publishEvent(stream, JSON.stringify(event), channel, KEPT_MS, ...traceparent),
    );
  }
}
