import { Logger } from '@nestjs/common';
import { Redis } from 'ioredis';
import type { PublishedEvent } from '@app/contracts/events.js';
import { startTestRedis, type TestRedis } from '@app/testing/engines.js';
import { Metrics } from '../metrics/metrics.js';
import { keys } from '../redis/keys.js';
import { rootSpan, spanning } from '../tracing/tracing.js';
import { type TestTracing, tracingWith } from '../tracing/tracing.suite.js';
import { EventPublisher } from './event.publisher.js';
import { type Heard, StreamConsumer } from './stream.consumer.js';

const TYPE = 'message.created';
const STREAM = keys.eventStream(TYPE);

let server: TestRedis;
let redis: Redis;
let traced: TestTracing | undefined;

beforeAll(async () => {
  Logger.overrideLogger(false);
  server = await startTestRedis();
});
beforeEach(async () => {
  redis = new Redis(server.url, { maxRetriesPerRequest: null });
  await redis.flushall();
});
afterEach(async () => {
  await traced?.stop();
  traced = undefined;
  redis.disconnect();
});
afterAll(() => server.stop());

function publish(id: string): Promise<void> {
  const data = {} as PublishedEvent<typeof TYPE>['data'];
  const head = { id, source: 'test', subject: id, time: new Date(0).toISOString() };
  return new EventPublisher(redis).publish(TYPE, { ...head, data });
}

/** Everything on the stream, each entry as the names of its fields and their values. */
const entries = async () => (await redis.xrange(STREAM, '-', '+')).map(([, fields]) => fields);

/** What a consumer is handed, until it has as many as that; `handle` may throw at them. */
async function consumed(count: number, handle: () => void = () => undefined): Promise<Heard<typeof TYPE>[]> {
  const heard: Heard<typeof TYPE>[] = [];
  let enough: () => void;
  const all = new Promise<void>((resolve) => (enough = resolve));
  const consumer = new StreamConsumer(redis.duplicate(), {
    type: TYPE,
    group: 'pushers',
    worker: 'one',
    metrics: new Metrics(),
    handle: (events) => {
      heard.push(...events);
      if (heard.length >= count) enough();
      return new Promise((resolve) => resolve(handle()));
    },
  });
  consumer.start();
  await all;
  await consumer.stop();
  return heard;
}

describe('an event of something that is traced', () => {
  it('says beside itself where it is, and is itself the same as ever', async () => {
    await publish('m1');
    traced = tracingWith();
    await publish('m1');
    await spanning(rootSpan({ name: 'send', kind: 'server' }), () => publish('m1'));
    const [publishing] = await traced.ended();
    const [off, untraced, on] = await entries();
    const { traceId, spanId } = publishing?.spanContext() ?? {};
    expect(off).toEqual(['event', expect.any(String)]);
    expect(untraced).toEqual(off);
    expect(on).toEqual([...(off ?? []), 'traceparent', `00-${traceId}-${spanId}-01`]);
  });

  it('goes on where it is handled, each in its own trace', async () => {
    traced = tracingWith();
    for (const id of ['m1', 'm2']) await spanning(rootSpan({ name: 'send', kind: 'server' }), () => publish(id));
    await publish('m3');
    const heard = await consumed(3);
    const spans = await traced.ended();
    const named = (name: string) => spans.filter((span) => span.name === `${name} ${STREAM}`);
    const [publishing, processing] = [named('publish'), named('process')];
    expect(processing.map(({ parentSpanContext }) => parentSpanContext?.spanId)).toEqual(
      publishing.map((span) => span.spanContext().spanId),
    );
    expect(processing[0]).toMatchObject({
      kind: 4,
      attributes: {
        'messaging.message.id': 'm1',
        'messaging.destination.name': STREAM,
        'messaging.consumer.group.name': 'pushers',
      },
    });
    expect(heard.map(({ id, traceparent }) => [id, traceparent?.split('-')[2]])).toEqual([
      ['m1', processing[0]?.spanContext().spanId],
      ['m2', processing[1]?.spanContext().spanId],
      ['m3', undefined],
    ]);
  });

  it('fails where its handling does', async () => {
    traced = tracingWith();
    await spanning(rootSpan({ name: 'send', kind: 'server' }), () => publish('m1'));
    await consumed(1, () => {
      throw new RangeError('not today');
    });
    const processing = (await traced.ended()).find(({ name }) => name.startsWith('process '));
    expect(processing).toMatchObject({ status: { code: 2 }, attributes: { 'error.type': 'RangeError' } });
  });
});
