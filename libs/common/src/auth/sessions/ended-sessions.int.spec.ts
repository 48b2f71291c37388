import { setTimeout as pause } from 'node:timers/promises';
import { startTestRedis, testMongo, type TestRedis } from '@app/testing/engines.js';
import { Redis } from 'ioredis';
import mongoose, { type Connection } from 'mongoose';
import type { SharedEnv } from '../../env/shared.settings.js';
import { Metrics } from '../../metrics/metrics.js';
import { EndedSessionRepository } from './ended-session.repository.js';
import { EndedSessions } from './ended-sessions.js';

let redis: TestRedis;
let db: Connection;
const made: { sessions: EndedSessions; redis: Redis }[] = [];

beforeAll(async () => {
  redis = await startTestRedis();
  db = await mongoose.createConnection(testMongo('ended').uri).asPromise();
});
afterEach(async () => {
  for (const { sessions, redis } of made.splice(0)) {
    await sessions.onModuleDestroy();
    redis.disconnect();
  }
});
afterAll(async () => {
  await db.close();
  await redis.stop();
});

async function service() {
  const shared = new Redis(redis.url);
  const env = { REDIS_URL: redis.url } as SharedEnv;
  const sessions = new EndedSessions(new EndedSessionRepository(db), shared, env, new Metrics());
  made.push({ sessions, redis: shared });
  const heard: string[] = [];
  sessions.listen((ids) => heard.push(...ids));
  await sessions.onModuleInit();
  return { sessions, heard };
}

const soon = () => Date.now() + 60_000;
/** As the gateway writes it. */
const written = (id: string, { until = soon(), endedAt = new Date() } = {}) =>
  db.collection('sessions').insertOne({ _id: id as never, endedAt, expiresAt: new Date(until) });
async function within(ms: number, is: () => boolean): Promise<void> {
  const from = Date.now();
  while (!is()) {
    if (Date.now() - from > ms) throw new Error(`not within ${ms} ms`);
    await pause(10);
  }
}

describe('a session that has ended', () => {
  it('is known to everybody at once, and told once', async () => {
    const [one, other] = [await service(), await service()];
    await written('a');
    // Subscribed or not yet: what is not heard is read.
    one.sessions.tell([{ id: 'a', until: soon() }]);
    expect(one.sessions.has('a')).toBe(true);
    await within(5000, () => other.sessions.has('a'));
    one.sessions.tell([{ id: 'a', until: soon() }]);
    await pause(2500);
    expect([one.heard, other.heard]).toEqual([['a'], ['a']]);
  });

  it('is heard over Redis alone', async () => {
    const [one, other] = [await service(), await service()];
    const ask = new Redis(redis.url);
    while ((await ask.publish('sessions:ended', 'no JSON')) < 2) await pause(10);
    ask.disconnect();
    one.sessions.tell([{ id: 'only-told', until: soon() }]);
    await within(1000, () => other.sessions.has('only-told'));
  });

  it('is read from MongoDB by who did not hear it, within five seconds, also with the time of another primary', async () => {
    const { sessions, heard } = await service();
    await written('b');
    await within(5000, () => sessions.has('b'));
    await written('behind', { endedAt: new Date(Date.now() - 20_000) });
    await within(5000, () => sessions.has('behind'));
    expect(heard.slice(-2)).toEqual(['b', 'behind']);
  });

  it('is known from the start, and forgotten when its last token has expired', async () => {
    await written('before', { endedAt: new Date(Date.now() - 600_000) });
    await written('short', { until: Date.now() + 1500 });
    await written('long-over', { until: Date.now() - 1 });
    const { sessions } = await service();
    expect(['before', 'short', 'long-over'].map((id) => sessions.has(id))).toEqual([true, true, false]);
    await within(6000, () => !sessions.has('short'));
    expect(sessions.has('before')).toBe(true);
  });

  it('is read while Redis is frozen', async () => {
    const { sessions } = await service();
    redis.freeze();
    await written('c');
    await within(5000, () => sessions.has('c'));
    redis.thaw();
  });
});
