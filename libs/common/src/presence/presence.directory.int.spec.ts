import { Redis } from 'ioredis';
import { startTestRedis, type TestRedis } from '@app/testing/engines.js';
import { keys } from '../redis/keys.js';
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
const dies = (run: string) => redis.del(keys.nodeLease(run));

describe('somebody', () => {
  it('is online from the first socket to the last', async () => {
    await nodes.renew('n1~a');
    await presence.connected('ana', 'n1~a', 's1');
    await presence.connected('ana', 'n1~a', 's2');
    await presence.disconnected('ana', 'n1~a', 's1');
    expect(await online('ana', 'ben')).toEqual(['ana']);
    await presence.disconnected('ana', 'n1~a', 's2');
    expect(await online('ana')).toEqual([]);
  });

  it('has no live socket when the only node that holds one is dead, and again at once when its lease is', async () => {
    await presence.connected('ana', 'n1~a', 's1');
    await presence.connected('ben', 'n1~a', 's2');
    await presence.connected('ben', 'n2~a', 's3');
    await nodes.renew('n2~a');
    expect(await online('ana', 'ben')).toEqual(['ben']);
    await nodes.renew('n1~a');
    expect(await online('ana', 'ben')).toEqual(['ana', 'ben']);
  });

  it('comes online once, however many sockets and nodes', async () => {
    await Promise.all(['n1~a', 'n2~a'].map((run) => nodes.renew(run)));
    const came = await Promise.all(
      ['n1~a', 'n2~a', 'n1~a', 'n2~a'].map((run, n) => presence.connected('ana', run, `s${n}`)),
    );
    expect(came.filter(Boolean)).toHaveLength(1);
  });

  it('goes offline once, by the last node that settles, and never while another holds a socket', async () => {
    await Promise.all(['n1~a', 'n2~a'].map((run) => nodes.renew(run)));
    await presence.connected('ana', 'n1~a', 's1');
    await presence.connected('ana', 'n2~a', 's2');
    await presence.disconnected('ana', 'n1~a', 's1');
    expect(await presence.settle('n1~a', ['ana', 'nobody'])).toEqual([]);
    expect([...(await presence.said(['ana', 'nobody']))]).toEqual(['ana']);
    await presence.disconnected('ana', 'n2~a', 's2');
    const told = await Promise.all(['n1~a', 'n2~a', 'n2~a'].map((run) => presence.settle(run, ['ana'])));
    expect(told.flat()).toEqual(['ana']);
    expect([...(await presence.said(['ana']))]).toEqual([]);
  });

  it('leaves nothing behind but what the living need', async () => {
    await nodes.renew('n1~a');
    await presence.connected('ana', 'n1~a', 's1');
    await presence.disconnected('ana', 'n1~a', 's1');
    await presence.settle('n1~a', ['ana']);
    expect((await redis.keys('*')).sort()).toEqual(['node:n1~a:lease', 'nodes']);
  });
});

describe('the people of a dead node', () => {
  const peopleOf = async (run: string) => {
    const all: string[] = [];
    for await (const ids of presence.peopleOf(run)) all.push(...ids);
    return all;
  };

  it('are listed, and those without a socket elsewhere turn offline', async () => {
    await Promise.all(['n1~a', 'n2~a'].map((run) => nodes.renew(run)));
    const crowd = Array.from({ length: 1200 }, (_, n) => ({ userId: `u${n}`, socketId: `s${n}` }));
    expect(await presence.announce('n1~a', crowd)).toHaveLength(1200);
    await presence.connected('u7', 'n2~a', 'elsewhere');
    await dies('n1~a');
    const people = await peopleOf('n1~a');
    expect(people).toHaveLength(1200);
    const turned = await presence.settle('n1~a', people);
    expect(turned).toHaveLength(1199);
    expect(turned).not.toContain('u7');
    expect(await redis.smembers(keys.userSockets('u7'))).toEqual(['n2~a/elsewhere']);
  });

  it('are not online again when a node of the same name starts', async () => {
    await nodes.renew('n1~a');
    await presence.connected('ana', 'n1~a', 's1');
    await dies('n1~a');
    await nodes.renew('n1~b');
    expect(await online('ana')).toEqual([]);
  });

  it('who are announced again after Redis forgot them are online, as before', async () => {
    await nodes.renew('n1~a');
    await presence.connected('ana', 'n1~a', 's1');
    await redis.flushall();
    await nodes.renew('n1~a');
    expect(await presence.announce('n1~a', [{ userId: 'ana', socketId: 's1' }])).toEqual(['ana']);
    expect(await online('ana')).toEqual(['ana']);
  });
});

it('every key ends by itself', async () => {
  await nodes.renew('n1~a');
  await presence.connected('ana', 'n1~a', 's1');
  const found = await redis.keys('*');
  expect(found.sort()).toEqual([
    'node:n1~a:lease',
    'node:n1~a:people',
    'nodes',
    'socket:s1:user',
    'user:ana:online',
    'user:ana:sockets',
  ]);
  for (const key of found) expect(await redis.pttl(key)).toBeGreaterThan(0);
});
