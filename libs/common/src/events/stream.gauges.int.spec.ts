import { Redis } from 'ioredis';
import { startTestRedis, type TestRedis } from '@app/testing/engines.js';
import { Metrics } from '../metrics/metrics.js';
import { keys } from '../redis/keys.js';
import { watchStream } from './stream.gauges.js';

const STREAM = keys.eventStream('message.created');
const OF = '{type="message.created",group="pushers"}';

let server: TestRedis;
let redis: Redis;

beforeAll(async () => (server = await startTestRedis()));
beforeEach(async () => {
  redis = new Redis(server.url, { maxRetriesPerRequest: null });
  await redis.flushall();
});
afterEach(() => redis.disconnect());
afterAll(() => server.stop());

/** The samples of new gauges, by the end of their names. */
async function gauges(): Promise<Record<string, number>> {
  const metrics = new Metrics();
  watchStream(metrics, redis, { type: 'message.created', group: 'pushers' });
  const { body } = await metrics.text();
  const samples = body.split('\n').filter((line) => line.includes(OF));
  return Object.fromEntries(
    samples.map((line) => [line.slice('parley_stream_'.length, line.indexOf('{')), Number(line.split(' ').at(-1))]),
  );
}

/** An entry that came so many seconds ago. */
async function add(secondsAgo: number): Promise<void> {
  const [now] = await redis.time();
  await redis.xadd(STREAM, `${(Number(now) - secondsAgo) * 1000}-0`, 'event', '{}');
}

const read = (count: number) => redis.xreadgroup('GROUP', 'pushers', 'one', 'COUNT', count, 'STREAMS', STREAM, '>');

describe('the gauges of a stream', () => {
  it('say what nobody has read, what nobody has finished, and since when', async () => {
    for (const secondsAgo of [90, 60, 30]) await add(secondsAgo);
    await redis.xgroup('CREATE', STREAM, 'pushers', '0');
    await redis.xadd(keys.deadLetters('message.created', 'pushers'), '*', 'event', '{}');
    const before = await gauges();
    expect(before).toMatchObject({ lag_events: 3, pending_events: 0, dead_letters: 1 });
    expect(Math.round((before.oldest_event_seconds ?? 0) / 10)).toBe(9);
    await read(2);
    await redis.xack(STREAM, 'pushers', String((await redis.xrange(STREAM, '-', '+'))[0]?.[0]));
    const during = await gauges();
    expect(during).toMatchObject({ lag_events: 1, pending_events: 1 });
    expect(Math.round((during.oldest_event_seconds ?? 0) / 10)).toBe(6);
    await read(1);
    for (const [id] of await redis.xrange(STREAM, '-', '+')) await redis.xack(STREAM, 'pushers', id);
    expect(await gauges()).toMatchObject({ lag_events: 0, pending_events: 0, oldest_event_seconds: 0 });
  });

  it('are missing where there is no stream, and where Redis does not know the lag', async () => {
    expect(await gauges()).toEqual({});
    for (const secondsAgo of [90, 60, 30]) await add(secondsAgo);
    await redis.xgroup('CREATE', STREAM, 'pushers', '0');
    await read(1);
    await redis.xdel(STREAM, String((await redis.xrange(STREAM, '-', '+'))[1]?.[0]));
    expect(Object.keys(await gauges())).toEqual(['pending_events', 'oldest_event_seconds', 'dead_letters']);
  });

  it('are missing while Redis hangs, and nobody waits for them', async () => {
    server.freeze();
    const before = performance.now();
    expect(await gauges().finally(() => server.thaw())).toEqual({});
    expect(performance.now() - before).toBeLessThan(5000);
  });
});
