import { Redis } from 'ioredis';
import { keys } from '@app/common/redis/keys.js';
import type { Presence } from '@app/contracts/shapes.js';
import { chatWorld, type ChatWorld, type Chatter } from '../chat.world.suite.js';
import { PresenceLease } from './presence.lease.js';
import { RUN_ID } from './run.js';

let world: ChatWorld;
let redis: Redis;
let ana: Chatter;

beforeAll(async () => {
  world = await chatWorld(3, { PRESENCE_SUBSCRIPTIONS_MAX: '12' });
  redis = new Redis(world.redis.url);
});
afterAll(async () => {
  redis.disconnect();
  await world.close();
});
beforeEach(async () => {
  ana = await world.connect('ana', 1);
});
afterEach(() => ana.socket.close());

let count = 0;
/** Somebody whom ana shares a conversation with and watches, not connected yet. */
async function watched(name: string): Promise<string> {
  const id = `${name}-${++count}`;
  await ana.opens([id]);
  await ana.socket.asks('presence_subscribe', { userId: id });
  return id;
}
/** The first state of somebody who was never here is offline too, without `lastSeen`. */
const is = (userId: string, online: boolean) => (e: Presence) =>
  e.userId === userId && (online ? e.online : e.lastSeen !== undefined);
const hears = (userId: string, online: boolean) => ana.socket.hears<Presence>('presence_update', is(userId, online));
const said = (userId: string, online: boolean) =>
  ana.socket.all<Presence>('presence_update').filter(is(userId, online)).length;

/** Waits until somebody who left just now is offline: whoever left before and did not come back is, too. */
async function everyoneGoneIsOffline(): Promise<void> {
  const marker = await watched('marker');
  const here = await world.connect(marker, 3);
  await hears(marker, true);
  here.socket.close();
  await hears(marker, false);
}

describe('who watches somebody', () => {
  it('is answered how they are, in the ack and as an event', async () => {
    const ben = await world.connect('ben', 2);
    await ana.opens(['ben']);
    await expect(ana.socket.asks('presence_subscribe', { userId: 'ben' })).resolves.toEqual({
      userId: 'ben',
      online: true,
    });
    expect(await hears('ben', true)).toEqual({ userId: 'ben', online: true });
    await expect(ana.socket.asks('presence_subscribe', { userId: 'ana' })).resolves.toMatchObject({ online: true });
    ben.socket.close();
  });

  it('hears them come and go on another node, and since when they are gone', async () => {
    const id = await watched('cleo');
    const before = Date.now();
    const cleo = await world.connect(id, 2);
    await hears(id, true);
    cleo.socket.close();
    const { lastSeen = '' } = await hears(id, false);
    expect(Date.parse(lastSeen)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(lastSeen)).toBeLessThanOrEqual(Date.now());
    const other = await world.connect('ana', 3);
    expect(await other.socket.asks('presence_subscribe', { userId: id })).toEqual({
      userId: id,
      online: false,
      lastSeen,
    });
  });

  it('shares a group with them, however large their list, or is refused', async () => {
    const dan = await world.connect('dan', 1);
    expect(await dan.socket.answer('presence_subscribe', { userId: 'ana' })).toMatchObject({
      ok: false,
      error: { code: 'FORBIDDEN' },
    });
    await ana.opens(['dan', 'eli'], { isGroup: true });
    await expect(dan.socket.asks('presence_subscribe', { userId: 'eli' })).resolves.toMatchObject({ online: false });
    dan.socket.close();
  });

  it('watches at most as many as the setting says, and may leave one for another', async () => {
    const ids = Array.from({ length: 13 }, (_, n) => `one-of-many-${n}`);
    await ana.opens(ids, { isGroup: true });
    const answers = await Promise.all(ids.map((userId) => ana.socket.answer('presence_subscribe', { userId })));
    expect(answers.filter(({ ok }) => ok)).toHaveLength(12);
    const refused = answers.findIndex(({ ok }) => !ok);
    expect(answers[refused]).toMatchObject({ error: { code: 'RATE_LIMITED', retryAfterMs: 10_000 } });
    await ana.socket.asks('presence_unsubscribe', { userId: ids[refused === 0 ? 1 : 0] });
    await ana.socket.asks('presence_subscribe', { userId: ids[refused] });
  });

  it('hears no more after unsubscribing, nor of a conversation’s people after leaving it', async () => {
    const [ben, cleo] = [await watched('left'), await watched('unsubscribed')];
    const { _id } = await ana.opens([ben]);
    await ana.socket.asks('leave_conversation', { conversationId: _id });
    await ana.socket.asks('presence_unsubscribe', { userId: cleo });
    await Promise.all([world.connect(ben, 2), world.connect(cleo, 2)]);
    await everyoneGoneIsOffline();
    expect([said(ben, true), said(cleo, true)]).toEqual([0, 0]);
  });
});

describe('nobody is said to be offline', () => {
  it('who only reloads, or closes one of two devices', async () => {
    const [reloading, twice] = [await watched('reloading'), await watched('twice')];
    const first = await world.connect(reloading, 2);
    const devices = [await world.connect(twice, 1), await world.connect(twice, 2)];
    await Promise.all([hears(reloading, true), hears(twice, true)]);
    first.socket.close();
    devices[0]?.socket.close();
    await world.connect(reloading, 3);
    await everyoneGoneIsOffline();
    expect([said(reloading, false), said(twice, false)]).toEqual([0, 0]);
    expect([said(reloading, true), said(twice, true)]).toEqual([1, 1]);
  });

  it('because Redis forgot everything', async () => {
    const id = await watched('remembered');
    await world.connect(id, 2);
    await hears(id, true);
    await redis.flushall();
    for (const app of world.apps) await app.get(PresenceLease).tick();
    await everyoneGoneIsOffline();
    expect(said(id, false)).toBe(0);
    const again = await world.connect('ana', 3);
    expect(await again.socket.asks('presence_subscribe', { userId: id })).toEqual({ userId: id, online: true });
    for (const key of await redis.keys('{user,socket,node}*')) expect(await redis.pttl(key)).toBeGreaterThan(0);
  });
});

describe('a node that dies', () => {
  it('turns its people offline, once, and nobody else, when Redis has been well for the time of a lease', async () => {
    const [only, both, other] = [await watched('only'), await watched('both'), await watched('other')];
    for (const [id, node] of [
      [only, 2],
      [both, 2],
      [both, 3],
      [other, 3],
    ] as const)
      await world.connect(id, node);
    await Promise.all([only, both, other].map((id) => hears(id, true)));
    await dies(2);
    const survivors = [1, 3].map((node) => world.apps[node - 1]?.get(PresenceLease) as PresenceLease);
    for (const lease of survivors) lease['wellSince'] = Date.now();
    await Promise.all(survivors.map((lease) => lease.tick()));
    await everyoneGoneIsOffline();
    expect(said(only, false)).toBe(0);
    await Promise.all(survivors.map((lease) => lease.tick(() => Date.now() + 60_000)));
    const { lastSeen = '' } = await hears(only, false);
    expect(Date.now() - Date.parse(lastSeen)).toBeGreaterThan(8000);
    await everyoneGoneIsOffline();
    expect([said(only, false), said(both, false), said(other, false)]).toEqual([1, 0, 0]);
  });
});

/** What is left in Redis of a node that was killed more than nine seconds ago. */
async function dies(node: number): Promise<void> {
  const app = world.apps[node - 1];
  clearInterval(app?.get(PresenceLease)['timer']);
  const run = app?.get<string>(RUN_ID) ?? '';
  await redis.del(keys.nodeLease(run));
  await redis.zadd(keys.nodes(), Date.now() - 1000, run);
}
