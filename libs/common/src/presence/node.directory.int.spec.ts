import { Redis } from 'ioredis';
import { startTestRedis, type TestRedis } from '@app/testing/engines.js';
import { keys } from '../redis/keys.js';
import { NodeDirectory } from './node.directory.js';

let engine: TestRedis;
let redis: Redis;
/** A directory that remembers nothing, as another node's. */
const fresh = () => new NodeDirectory(redis);

beforeAll(async () => {
  engine = await startTestRedis();
  redis = new Redis(engine.url);
});
afterAll(async () => {
  redis.disconnect();
  await engine.stop();
});
beforeEach(() => redis.flushall());

it('the living nodes are those with a lease, each once, in order', async () => {
  for (const run of ['chat-2~x', 'chat-1~a', 'chat-1~b', 'chat-3~y']) await fresh().renew(run);
  await redis.del(keys.nodeLease('chat-3~y'));
  expect(await fresh().live()).toEqual(['chat-1', 'chat-2']);
});

it('the living nodes are read again after two seconds, not at every question', async () => {
  const directory = fresh();
  await directory.renew('chat-1~a');
  expect(await directory.live()).toEqual(['chat-1']);
  await directory.renew('chat-2~a');
  expect(await directory.live()).toEqual(['chat-1']);
  jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 2100);
  expect(await directory.live()).toEqual(['chat-1', 'chat-2']);
  jest.restoreAllMocks();
});

it('a Redis that hangs leaves what was known last', async () => {
  const directory = fresh();
  await directory.renew('chat-1~a');
  await directory.live();
  jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_000);
  engine.freeze();
  try {
    expect(await directory.live()).toEqual(['chat-1']);
  } finally {
    engine.thaw();
    jest.restoreAllMocks();
  }
});

it('a lease ends by itself within 9 seconds', async () => {
  await fresh().renew('chat-1~a');
  const left = await redis.pttl(keys.nodeLease('chat-1~a'));
  expect(left).toBeGreaterThan(8000);
  expect(left).toBeLessThanOrEqual(9000);
});

it('a renewal says whether the lease was alive, so that a node learns that Redis forgot it', async () => {
  expect(await fresh().renew('chat-1~a')).toBe(false);
  expect(await fresh().renew('chat-1~a')).toBe(true);
  await redis.flushall();
  expect(await fresh().renew('chat-1~a')).toBe(false);
});

it('a lease says the dialects of its sockets', async () => {
  await fresh().renew('chat-1~a', ['native', 'utool']);
  expect(await redis.get(keys.nodeLease('chat-1~a'))).toBe('native,utool');
});

describe('a run whose lease has ended', () => {
  const endLease = (run: string) =>
    Promise.all([redis.del(keys.nodeLease(run)), redis.zadd(keys.nodes(), Date.now() - 1000, run)]);

  it('is dead, with the time of its last sign of life, and the living are not', async () => {
    await fresh().renew('chat-1~a');
    await fresh().renew('chat-1~b');
    await endLease('chat-1~a');
    const dead = await fresh().dead();
    expect(dead.map(({ run }) => run)).toEqual(['chat-1~a']);
    expect(Date.now() - (dead[0]?.lastAliveAt.getTime() ?? 0)).toBeGreaterThanOrEqual(10_000);
  });

  it('is claimed by one node, and struck off once dealt with', async () => {
    await fresh().renew('chat-1~a');
    await endLease('chat-1~a');
    const claims = await Promise.all(['n2', 'n3', 'n4'].map((by) => fresh().claim('chat-1~a', by, 5000)));
    expect(claims.filter(Boolean)).toHaveLength(1);
    await fresh().strike('chat-1~a');
    expect(await fresh().dead()).toEqual([]);
    expect(await redis.keys('*')).toEqual([]);
  });

  it('and lives after all stays, with its people', async () => {
    await fresh().renew('chat-1~a');
    await redis.sadd(keys.nodePeople('chat-1~a'), 'ana');
    await fresh().strike('chat-1~a');
    expect(await fresh().live()).toEqual(['chat-1']);
    expect(await redis.smembers(keys.nodePeople('chat-1~a'))).toEqual(['ana']);
  });

  it('that ended by itself may be claimed after its grace only', async () => {
    await fresh().renew('chat-1~a');
    await fresh().end('chat-1~a', 60_000);
    expect(await fresh().live()).toEqual([]);
    expect(await fresh().dead()).toEqual([]);
    await fresh().end('chat-1~a', 0);
    expect((await fresh().dead()).map(({ run }) => run)).toEqual(['chat-1~a']);
  });
});
