import { Redis } from 'ioredis';
import { startTestRedis, type TestRedis } from '@app/testing/engines.js';
import { NodeDirectory } from './node.directory.js';
import { PresenceDirectory } from './presence.directory.js';

let engine: TestRedis;
let redis: Redis;
let presence: PresenceDirectory;
let nodes: NodeDirectory;

beforeAll(async () => {
  engine = await startTestRedis();
  redis = new Redis(engine.url);
  presence = new PresenceDirectory(redis);
  nodes = new NodeDirectory(redis);
});
afterAll(async () => {
  redis.disconnect();
  await engine.stop();
});
beforeEach(() => redis.flushall());

const online = async (...ids: string[]) => [...(await presence.online(ids))];

describe('somebody', () => {
  it('is online from the first socket to the last', async () => {
    await nodes.renew('n1');
    await presence.connected('ana', 'n1', 's1');
    await presence.connected('ana', 'n1', 's2');
    await presence.disconnected('ana', 'n1', 's1');
    expect(await online('ana', 'ben')).toEqual(['ana']);
    expect(await redis.get('user:ana:online')).toBe('1');
    await presence.disconnected('ana', 'n1', 's2');
    expect(await online('ana')).toEqual([]);
    expect(await redis.exists('user:ana:online', 'user:ana:sockets', 'socket:s1:user', 'socket:s2:user')).toBe(0);
  });

  it('is offline when the only node that holds a socket is dead', async () => {
    await nodes.renew('n1');
    await nodes.renew('n2');
    await presence.connected('ana', 'n1', 's1');
    await presence.connected('ben', 'n1', 's2');
    await presence.connected('ben', 'n2', 's3');
    await redis.del('node:n1:lease');
    expect(await online('ana', 'ben')).toEqual(['ben']);
  });

  it('is online again at once when the node’s lease is', async () => {
    await presence.connected('ana', 'n1', 's1');
    expect(await online('ana')).toEqual([]);
    await nodes.renew('n1');
    expect(await online('ana')).toEqual(['ana']);
  });
});

it('a lease ends by itself within 9 seconds', async () => {
  await nodes.renew('n1');
  const left = await redis.pttl('node:n1:lease');
  expect(left).toBeGreaterThan(8000);
  expect(left).toBeLessThanOrEqual(9000);
});
