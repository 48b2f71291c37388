import { jest } from '@jest/globals';
import { Redis } from 'ioredis';
import type { mongo } from 'mongoose';
import type { PublishedEvent } from '@app/contracts/events.js';
import { chatWorld, type ChatWorld, type Chatter } from '../chat.world.suite.js';
import { MessageRepository } from './message.repository.js';
import { LIMITER_REDIS, type WithTake } from './send.limiter.js';

let world: ChatWorld;
let ana: Chatter;
let ben: Chatter;
let observer: Redis;
let roomId: string;

beforeAll(async () => {
  world = await chatWorld(2);
  ana = await world.connect('ana', 1);
  ben = await world.connect('ben', 1);
  roomId = (await ana.opens(['ben'], { propertyId: 'flat-7' }))._id;
  await ana.sends(roomId, 'the first one warms the lane');
  observer = new Redis(world.redis.url);
});
afterAll(async () => {
  observer.disconnect();
  await world.close();
});

describe('before the ack', () => {
  it('there is one Redis and one MongoDB round trip', async () => {
    const trips = await roundTrips(() => ana.sends(roomId, 'counted'));
    expect(trips).toEqual({ redis: 1, mongo: ['insert'] });
  });

  it('it stays one when members on two nodes take turns: each node hears where the other stands', async () => {
    const away = await world.connect('ben', 2);
    await away.sends(roomId, 'warm here too');
    const said = await ana.sends(roomId, 'your turn');
    await away.socket.hears('message_new', (e: { message: { _id: string } }) => e.message._id === said._id);
    const trips = await roundTrips(() => away.sends(roomId, 'my turn'));
    expect(trips.mongo).toEqual(['insert']);
  });

  it('twenty people who send at once share them', async () => {
    const people = await Promise.all(Array.from({ length: 20 }, (_, n) => world.connect(`p${n}`, 1)));
    const roomIds = await Promise.all(people.map((person) => person.opens(['ana']).then(({ _id }) => _id)));
    await Promise.all(people.map((person, n) => person.sends(roomIds[n] as string, 'warm')));
    const trips = await roundTrips(() =>
      Promise.all(people.map((person, n) => person.sends(roomIds[n] as string, 'at once'))),
    );
    expect(trips.mongo.length).toBeLessThanOrEqual(10);
    expect(trips.redis).toBeLessThanOrEqual(20);
  });
});

describe('after the ack', () => {
  it('the event is on the stream and on the channel, with the message in the native shape', async () => {
    const listener = new Redis(world.redis.url);
    await listener.subscribe('events:message.created');
    const onChannel = new Promise<string>((resolve) =>
      listener.on('message', (_channel, event: string) => resolve(event)),
    );
    const message = await ana.sends(roomId, 'an event', 'ev-1');
    const event = JSON.parse(await onChannel) as PublishedEvent<'message.created'>;
    listener.disconnect();
    const { localId: _own, ...asOthersSeeIt } = message;
    expect(event).toMatchObject({
      specversion: '1.0',
      id: message._id,
      source: 'chat-service',
      type: 'message.created',
      subject: roomId,
      datacontenttype: 'application/json',
      data: {
        message: asOthersSeeIt,
        conversation: { id: roomId, kind: 'direct' },
        sender: { id: 'ana', name: 'Ana' },
        participantCount: 2,
      },
    });
    expect(event.data.participantIds.sort()).toEqual(['ana', 'ben']);
    const [[, fields]] = (await observer.xrevrange('events:message.created:stream', '+', '-', 'COUNT', 1)) as [
      [string, string[]],
    ];
    expect(JSON.parse(fields[1] as string)).toEqual(event);
  });

  it('a resend tells nobody again', async () => {
    await ana.sends(roomId, 'told once', 'once-1');
    const before = await observer.xlen('events:message.created:stream');
    await ana.sends(roomId, 'told once', 'once-1');
    const last = await ana.sends(roomId, 'the next one');
    await ben.socket.hears('message_new', (e: { message: { _id: string } }) => e.message._id === last._id);
    const heard = ben.socket
      .all<{ message: { text: string } }>('message_new')
      .filter(({ message }) => message.text === 'told once');
    expect(heard).toHaveLength(1);
    expect(await observer.xlen('events:message.created:stream')).toBe(before + 1);
  });

  it('every key that was written expires, but for the streams', async () => {
    const names = (await observer.keys('*')).filter((name) => !name.endsWith(':stream'));
    expect(names).toEqual(expect.arrayContaining(['user:ana:sockets', 'user:ana:online', 'rate:message:ana']));
    for (const name of names) expect([name, await observer.pttl(name)]).toEqual([name, expect.any(Number)]);
    expect(await Promise.all(names.map((name) => observer.pttl(name)))).not.toContain(-1);
  });
});

describe('the rate limit', () => {
  let limited: ChatWorld;
  beforeAll(async () => {
    limited = await chatWorld(2, { MESSAGE_RATE_LIMIT: '3', MESSAGE_RATE_WINDOW: '60000' });
  });
  afterAll(() => limited.close());

  it('counts a person’s sends over both nodes, says when to come back, and still answers a resend', async () => {
    const here = await limited.connect('ana', 1);
    const there = await limited.connect('ana', 2);
    const { _id } = await here.opens(['ben']);
    const first = await here.sends(_id, '1', 'first');
    await there.sends(_id, '2');
    await here.sends(_id, '3');
    const refused = await there.socket.answer<never>('message_send', { conversationId: _id, text: '4' });
    expect(refused).toMatchObject({ ok: false, error: { code: 'RATE_LIMITED', retryable: true } });
    const wait = refused.ok ? 0 : refused.error.retryAfterMs;
    expect(wait).toBeGreaterThan(50_000);
    expect(wait).toBeLessThanOrEqual(60_000);
    expect(await there.sends(_id, 'again', 'first')).toEqual(first);
    const overRest = await limited.someone('ana', 2).post(`/conversations/${_id}/messages`, { text: '5' });
    expect(overRest).toMatchObject({ status: 429, body: { success: false, code: 'RATE_LIMITED' } });
  });

  it.each(['by Redis', 'by the node’s own count'])(
    'gives each send that waits a turn of its own, %s',
    async (count) => {
      const who = count === 'by Redis' ? 'kim' : 'lou';
      const kim = await limited.connect(who, 1);
      const { _id } = await kim.opens(['ben']);
      for (const text of ['1', '2', '3']) await kim.sends(_id, text);
      if (who === 'lou') limited.redis.freeze();
      try {
        if (who === 'lou') for (const text of ['1', '2', '3']) await kim.sends(_id, text);
        const waits: number[] = [];
        for (const text of ['4', '5', '6']) {
          const refused = await kim.socket.answer('message_send', { conversationId: _id, text });
          waits.push(refused.ok ? 0 : (refused.error.retryAfterMs ?? 0));
        }
        const [first, second, third] = waits as [number, number, number];
        expect(second - first).toBeGreaterThan(19_000);
        expect(third - second).toBeGreaterThan(19_000);
      } finally {
        limited.redis.thaw();
      }
    },
  );

  it('lets who floods read MongoDB no oftener than it lets them send', async () => {
    const hal = await limited.connect('hal', 1);
    const { _id } = await hal.opens(['ben']);
    const looks = jest.spyOn(limited.apps[0]?.get(MessageRepository) as MessageRepository, 'findByLocalId');
    for (let n = 0; n < 20; n++) {
      await hal.socket.answer('message_send', { conversationId: _id, text: 'spam', localId: `spam-${n}` });
    }
    for (let n = 0; n < 10; n++) {
      await hal.socket.answer('message_send', { conversationId: _id, text: ' ', localId: `empty-${n}` });
    }
    expect(looks).toHaveBeenCalledTimes(3);
    looks.mockRestore();
  });

  it('holds by the node’s own count while Redis is frozen, and sends go on', async () => {
    const fay = await limited.connect('fay', 1);
    const { _id } = await fay.opens(['ben']);
    limited.redis.freeze();
    try {
      for (const text of ['1', '2', '3']) await fay.sends(_id, text);
      expect(await fay.socket.answer('message_send', { conversationId: _id, text: '4' })).toMatchObject({
        error: { code: 'RATE_LIMITED' },
      });
      const texts = fay.socket.all<{ message: { text: string } }>('message_new').map(({ message }) => message.text);
      expect(texts).toEqual(['1', '2', '3']);
    } finally {
      limited.redis.thaw();
    }
  });

  it('does not count what Redis heard only when it thawed', async () => {
    const limiter = limited.apps[0]?.get<WithTake>(LIMITER_REDIS) as WithTake;
    expect(await limiter.takeSend('test:late', 'test:late:turn', 1, 60_000, Date.now() - 3000)).toBe(-1);
    expect(await limiter.exists('test:late')).toBe(0);
    expect(await limiter.takeSend('test:late', 'test:late:turn', 1, 60_000, Date.now())).toBe(0);
    expect(await limiter.takeSend('test:late', 'test:late:turn', 1, 60_000, Date.now())).toBeGreaterThan(0);
  });
});

/** What node 1 asks of Redis, and what MongoDB's profiler sees of it, while something is done. Heads are written later. */
async function roundTrips(act: () => Promise<unknown>): Promise<{ redis: number; mongo: string[] }> {
  const limiter = world.apps[0]?.get<Redis>(LIMITER_REDIS) as Redis;
  const send = limiter.sendCommand.bind(limiter);
  let redis = 0;
  limiter.sendCommand = (command, ...more) => {
    if (command.name !== 'ping') redis++;
    return send(command, ...more);
  };
  const db = world.db.db as mongo.Db;
  await db.command({ profile: 2 });
  try {
    await act();
  } finally {
    await db.command({ profile: 0 });
    limiter.sendCommand = send;
  }
  const seen = await db.collection('system.profile').find({ appName: 'chat' }).toArray();
  await db.collection('system.profile').drop();
  return { redis, mongo: seen.map(({ op }) => op as string).filter((op) => op === 'insert' || op === 'query') };
}
