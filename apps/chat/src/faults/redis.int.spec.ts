import { once } from 'node:events';
import type { Redis } from 'ioredis';
import type { Message } from '@app/contracts/shapes.js';
import { startTestRedis } from '@app/testing/engines.js';
import { chatWorld, type ChatWorld, type Chatter } from '../chat.world.suite.js';
import { LANE_REDIS } from '../lanes/lane.bus.js';
import { LIMITER_REDIS } from '../messages/send.limiter.js';
import { type Source, SOURCES } from '../publishing/sources/source.js';
import { CatchUp } from '../sockets/catch-up.js';
import { BUS, type Bus } from '../sockets/redis-io.adapter.js';

let world: ChatWorld;
let ana: Chatter;
let near: Chatter;
let far: Chatter;
let roomId: string;

beforeAll(async () => {
  world = await chatWorld(2);
  [ana, near, far] = [await world.connect('ana', 1), await world.connect('ben', 1), await world.connect('ben', 2)];
  roomId = (await ana.opens(['ben']))._id;
  await ana.sends(roomId, 'before');
});
afterAll(() => world.close());

const says = (who: Chatter, text: string) =>
  who.socket.hears('message_new', (e: { message: Message }) => e.message.text === text);

/** Sends new texts until one arrives on the other node: live delivery is back. */
async function untilHeardFar(): Promise<void> {
  for (let n = 0; n < 200; n++) {
    const text = `back ${n}`;
    await ana.sends(roomId, text);
    const heard = await Promise.race([
      says(far, text).then(() => true),
      new Promise((resolve) => setTimeout(resolve, 100, false)),
    ]);
    if (heard) return;
  }
  throw new Error('the other node never heard a message again');
}

async function sendsGoOn(prefix: string): Promise<void> {
  for (let n = 0; n < 10; n++) await ana.sends(roomId, `${prefix} ${n}`);
  await says(near, `${prefix} 9`);
  const { body } = await far.get<Message[]>(`/conversations/${roomId}/messages?limit=10`);
  expect(body.data.map(({ text }) => text).reverse()).toEqual(Array.from({ length: 10 }, (_, n) => `${prefix} ${n}`));
}

/** What was said meanwhile arrives on the other node too, and on each node once. */
async function bothHeardOnce(prefix: string): Promise<void> {
  const all = Array.from({ length: 10 }, (_, n) => `${prefix} ${n}`);
  for (const text of all) await says(far, text);
  for (const app of world.apps) await app.get(CatchUp).since(Date.now() - 10_000);
  await ana.sends(roomId, `${prefix}: the end`);
  for (const who of [near, far]) await says(who, `${prefix}: the end`);
  for (const { socket } of [near, far]) {
    const texts = socket.all<{ message: Message }>('message_new').map(({ message }) => message.text);
    expect(texts.filter((text) => text.startsWith(`${prefix} `)).sort()).toEqual(all);
  }
}

describe('sends, acks, REST and delivery on the own node go on', () => {
  it('while Redis is frozen, and the rest when it is back', async () => {
    world.redis.freeze();
    try {
      await sendsGoOn('frozen');
    } finally {
      world.redis.thaw();
    }
    await untilHeardFar();
    await bothHeardOnce('frozen');
  });

  it('while Redis is frozen for so long that it is given up, and the rest when it is back', async () => {
    const { pub, sub } = world.apps[0]?.get<Bus>(BUS) as Bus;
    const lanes = world.apps[0]?.get<Bus>(LANE_REDIS) as Bus;
    const limiter = world.apps[0]?.get<Redis>(LIMITER_REDIS) as Redis;
    const all = [pub, sub, lanes.pub, lanes.sub, limiter];
    const givenUp = Promise.all(all.map((connection) => once(connection, 'close')));
    world.redis.freeze();
    try {
      await sendsGoOn('for long');
      await givenUp;
      expect(pub.stream.writableLength).toBe(0);
      await sendsGoOn('after that');
    } finally {
      world.redis.thaw();
    }
    await untilHeardFar();
    await bothHeardOnce('for long');
    await bothHeardOnce('after that');
  });

  it('when one node alone loses Redis, and could neither say nor hear', async () => {
    const { pub, sub } = world.apps[0]?.get<Bus>(BUS) as Bus;
    const alone = [once(pub, 'close'), once(sub, 'close')];
    for (const connection of [pub, sub]) connection.disconnect(true);
    const [one, two] = [ana.sends(roomId, 'mute'), far.sends(roomId, 'deaf')];
    await Promise.all([...alone, one, two]);
    await Promise.all([says(far, 'mute'), says(near, 'deaf')]);
  });

  it('and what was missed is told only to those who were members then', async () => {
    const { _id } = await ana.opens(['ben'], { isGroup: true });
    const deaf = world.mute(2);
    await ana.sends(_id, 'before cleo');
    await ana.post(`/conversations/${_id}/participants`, { participantIds: ['cleo'] });
    deaf.end();
    const cleo = await world.connect('cleo', 2);
    const [source] = world.apps[1]?.get<Source[]>(SOURCES) as [Source];
    const away = jest.spyOn(source, 'page').mockRejectedValueOnce(new Error('MongoDB is away as well'));
    await world.apps[1]?.get(CatchUp).since(Date.now());
    expect(away.mock.calls.length).toBeGreaterThan(1);
    await says(far, 'before cleo');
    await ana.sends(_id, 'after');
    await says(cleo, 'after');
    expect(cleo.socket.all<{ message: Message }>('message_new').map(({ message }) => message.text)).toEqual([
      'Ana added cleo',
      'after',
    ]);
  });

  it('when Redis forgets everything', async () => {
    await world.forget();
    await sendsGoOn('forgotten');
    await untilHeardFar();
  });

  it('while Redis is gone, and the rest when it is back', async () => {
    const { port } = world.redis;
    await world.redis.stop();
    await sendsGoOn('gone');
    const again = await startTestRedis(port);
    try {
      await untilHeardFar();
      await bothHeardOnce('gone');
    } finally {
      await world.close();
      await again.stop();
    }
  });
});
