import { EventEmitter, once } from 'node:events';
import { Logger } from '@nestjs/common';
import { Redis, type RedisOptions } from 'ioredis';
import type { PublishedEvent } from '@app/contracts/events.js';
import { startTestRedis, type TestRedis } from '@app/testing/engines.js';
import { Metrics } from '../metrics/metrics.js';
import { keys } from '../redis/keys.js';
import { EventPublisher } from './event.publisher.js';
import { type Consuming, StreamConsumer } from './stream.consumer.js';

type Created = PublishedEvent<'message.created'>;
type Options = Partial<Consuming<'message.created'>>;

const TYPE = 'message.created';
const STREAM = keys.eventStream(TYPE);
const DEAD = keys.deadLetters(TYPE, 'pushers');

let server: TestRedis;
let redis: Redis;
let running: StreamConsumer<'message.created'>[];

beforeAll(async () => {
  Logger.overrideLogger(false);
  server = await startTestRedis();
});
beforeEach(async () => {
  redis = new Redis(server.url, { maxRetriesPerRequest: null });
  redis.on('error', () => undefined);
  running = [];
  await redis.flushall();
});
afterEach(async () => {
  await Promise.all(running.map((consumer) => consumer.stop()));
  redis.disconnect();
});
afterAll(() => server.stop());

async function publish(...ids: string[]): Promise<void> {
  const publisher = new EventPublisher(redis);
  for (const id of ids) {
    const head = { id, source: 'test', subject: id, time: new Date(0).toISOString() };
    await publisher.publish(TYPE, { ...head, data: {} as Created['data'] });
  }
}

/** What a worker was handed, each as an event of its id; `dies` cuts the worker's connection. */
class Worker extends EventEmitter {
  readonly ids: string[] = [];
  readonly connection: Redis;
  readonly consumer: StreamConsumer<'message.created'>;
  readonly metrics = new Metrics();

  constructor(options: Options = {}, connecting: RedisOptions = {}) {
    super();
    this.connection = new Redis(server.url, { maxRetriesPerRequest: null, ...connecting });
    this.connection.on('error', () => undefined);
    const handle = async (events: Created[]): Promise<void> => {
      this.ids.push(...events.map(({ id }) => id));
      this.emit('took');
      await options.handle?.(events);
      for (const { id } of events) this.emit(id);
    };
    const { metrics } = this;
    const how = {
      type: TYPE,
      group: 'pushers',
      worker: 'one',
      claimAfterMs: 100,
      metrics,
      ...options,
      handle,
    } as const;
    this.consumer = new StreamConsumer(this.connection, how);
    running.push(this.consumer);
    this.consumer.start();
  }

  /** What its metrics have counted. */
  async counts(): Promise<Record<string, number>> {
    const { body } = await this.metrics.text();
    const counted = body.matchAll(/^parley_stream_(\w+)_total\{.*group="pushers"\} (\d+)$/gm);
    return Object.fromEntries([...counted].map(([, name = '', count]) => [name, Number(count)]));
  }
}

/** The raw events in the dead letters, as soon as there are `count`. */
async function deadLetters(count: number): Promise<string[]> {
  const reader = redis.duplicate();
  const raw: string[] = [];
  let last = '0-0';
  while (raw.length < count) {
    const answer = await reader.xread('BLOCK', 10_000, 'STREAMS', DEAD, last);
    if (!answer) throw new Error(`only ${raw.length} dead letters`);
    for (const [id, fields] of answer[0]?.[1] ?? []) {
      raw.push(fields[1] ?? '');
      last = id;
    }
  }
  reader.disconnect();
  return raw;
}

const pending = async (): Promise<number> => Number((await redis.xpending(STREAM, 'pushers'))[0]);

describe('a stream consumer', () => {
  it('hands over events in their order and acknowledges them', async () => {
    await publish('a', 'b');
    const worker = new Worker();
    await once(worker, 'b');
    await publish('c');
    await once(worker, 'c');
    await worker.consumer.stop();
    expect(worker.ids).toEqual(['a', 'b', 'c']);
    expect(await pending()).toBe(0);
  });

  it('gives every group each event', async () => {
    const [one, other] = [new Worker(), new Worker({ group: 'others' })];
    const both = [once(one, 'a'), once(other, 'a')];
    await publish('a');
    await Promise.all(both);
    expect([one.ids, other.ids]).toEqual([['a'], ['a']]);
  });

  it('buries an event that fails five times, while the others go on', async () => {
    const worker = new Worker({
      handle: ([event]) => (event?.id === 'bad' ? Promise.reject(new Error('bad')) : Promise.resolve()),
    });
    const took = once(worker, 'took');
    await publish('bad');
    await took;
    const good = once(worker, 'good');
    await publish('good');
    await good;
    const [letter] = await deadLetters(1);
    expect(JSON.parse(letter ?? '')).toMatchObject({ id: 'bad' });
    expect(worker.ids.filter((id) => id === 'bad')).toHaveLength(5);
    await worker.consumer.stop();
    expect(await pending()).toBe(0);
    expect(await worker.counts()).toEqual({ handled: 1, failed: 5, claimed: 5, dead_letters: 1 });
  });

  it('handles the others of a batch in which one event is bad', async () => {
    await publish('a', 'bad', 'c');
    const worker = new Worker({
      handle: (events) =>
        events.some(({ id }) => id === 'bad') ? Promise.reject(new Error('bad')) : Promise.resolve(),
    });
    await Promise.all([once(worker, 'a'), once(worker, 'c')]);
    const [letter] = await deadLetters(1);
    expect(JSON.parse(letter ?? '')).toMatchObject({ id: 'bad' });
  });

  it('buries what is no event at once', async () => {
    await redis.xadd(STREAM, '*', 'event', '{');
    await redis.xadd(STREAM, '*', 'event', 'null');
    const worker = new Worker();
    expect(await deadLetters(2)).toEqual(['{', 'null']);
    expect(worker.ids).toEqual([]);
  });

  it('makes its group anew when Redis has forgotten everything, from what came before there was a group', async () => {
    const worker = new Worker();
    const first = once(worker, 'a');
    await publish('a');
    await first;
    const second = once(worker, 'c');
    const event = (id: string) => ['*', 'event', JSON.stringify({ id })] as const;
    await redis
      .multi()
      .flushall()
      .xadd(STREAM, ...event('b'))
      .xadd(STREAM, ...event('c'))
      .exec();
    await second;
    expect(worker.ids).toEqual(['a', 'b', 'c']);
  });

  it('takes over what a worker that died had not finished', async () => {
    const dying = new Worker({ worker: 'dying', handle: () => new Promise(() => undefined) });
    running.pop();
    const took = once(dying, 'took');
    await publish('a', 'b');
    await took;
    dying.connection.disconnect();
    const heir = new Worker({ worker: 'heir' });
    await Promise.all([once(heir, 'a'), once(heir, 'b')]);
    await heir.consumer.stop();
    expect(heir.ids.toSorted()).toEqual(['a', 'b']);
  });

  it('waits an outage out, without giving the event up or to another worker', async () => {
    let outages = 40;
    const away = new Error('away');
    const worker = new Worker({
      isOutage: (error) => error === away,
      handle: () => (outages-- > 0 ? Promise.reject(away) : Promise.resolve()),
    });
    const [took, done] = [once(worker, 'took'), once(worker, 'a')];
    await publish('a');
    await took;
    const other = new Worker({ worker: 'two' });
    await done;
    expect(worker.ids).toHaveLength(41);
    expect(other.ids).toEqual([]);
    expect(await redis.exists(DEAD)).toBe(0);
  });

  it('stops when the batch at hand is finished and acknowledged', async () => {
    let finish = (): void => undefined;
    const worker = new Worker({ handle: () => new Promise((resolve) => (finish = resolve)) });
    const took = once(worker, 'took');
    await publish('a');
    await took;
    const stopped = worker.consumer.stop();
    finish();
    await stopped;
    expect(await pending()).toBe(0);
  });

  it('forgets workers that died, but none that has something pending', async () => {
    await publish('a', 'b');
    await redis.xgroup('CREATE', STREAM, 'pushers', '0');
    await redis.xgroup('CREATECONSUMER', STREAM, 'pushers', 'idle');
    const worker = new Worker({ claimAfterMs: 20 });
    await once(worker, 'b');
    let names: string[];
    do {
      const consumers = (await redis.xinfo('CONSUMERS', STREAM, 'pushers')) as unknown[][];
      names = consumers.map((about) => String(about[about.indexOf('name') + 1]));
    } while (names.includes('idle'));
    expect(names).toEqual(['one']);
  });

  it('goes on after Redis was frozen, with nothing left pending', async () => {
    const worker = new Worker({}, { socketTimeout: 700 });
    const first = once(worker, 'a');
    await publish('a');
    await first;
    const gaveUp = new Promise((resolve) => worker.connection.once('close', resolve));
    server.freeze();
    await gaveUp.finally(() => server.thaw());
    const second = once(worker, 'b');
    await publish('b');
    await second;
    await worker.consumer.stop();
    expect(worker.ids).toEqual(['a', 'b']);
    expect(await pending()).toBe(0);
  });

  it('goes on after Redis was killed in the middle of a batch, and came back empty', async () => {
    let finish = (): void => undefined;
    const worker = new Worker({ handle: () => new Promise((resolve) => (finish = resolve)) });
    const took = once(worker, 'took');
    await publish('a');
    await took;
    const { port } = server;
    const away = new Promise((resolve) => worker.connection.once('close', resolve));
    await server.stop();
    await away;
    finish();
    server = await startTestRedis(port);
    const next = once(worker, 'took');
    await publish('b');
    await next;
    finish();
    await worker.consumer.stop();
    expect(worker.ids).toEqual(['a', 'b']);
    expect(await pending()).toBe(0);
  });

  it('stops within seconds though Redis hangs', async () => {
    const worker = new Worker({ claimAfterMs: 30_000 });
    while (!/flags=b /.test((await redis.client('LIST')) as string));
    server.freeze();
    const before = performance.now();
    await worker.consumer.stop().finally(() => server.thaw());
    expect(performance.now() - before).toBeLessThan(5000);
  });
});
