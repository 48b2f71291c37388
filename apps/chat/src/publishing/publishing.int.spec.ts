import { EventEmitter, once } from 'node:events';
import { Redis } from 'ioredis';
import { keys } from '@app/common/redis/keys.js';
import type { PublishedEvent } from '@app/contracts/events.js';
import type { Message } from '@app/contracts/shapes.js';
import type { Chatter } from '../chat.world.suite.js';
import { publishingWorld, type PublishingWorld } from './publishing.suite.js';

const STREAM = keys.eventStream('message.created');

let world: PublishingWorld;
let ana: Chatter;
let there: Chatter;
let observer: Redis;
let roomId: string;

beforeAll(async () => {
  world = await publishingWorld();
  ({ observer } = world);
  ana = await world.connect('ana', 1);
  there = await world.connect('ben', 2);
});
beforeEach(async () => {
  await observer.flushall();
  await world.settled();
  roomId = (await ana.opens(['ben'], { isGroup: true, name: 'Team' }))._id;
});
afterAll(() => world.close());

const says = async (texts: string[], who = ana): Promise<Message[]> => {
  const messages: Message[] = [];
  for (const text of texts) messages.push(await who.sends(roomId, text));
  return messages;
};

const idsOf = (messages: { _id: string }[]) => messages.map(({ _id }) => _id);

/** Resolves when all of these are on the stream; the events as they are there. */
async function arrived(messages: Message[]): Promise<PublishedEvent<'message.created'>[]> {
  for (;;) {
    const events = await world.published('message.created');
    const there = new Set(events.map(({ id }) => id));
    if (messages.every(({ _id }) => there.has(_id))) return events;
  }
}

describe('when Redis has lost its data', () => {
  it('what was published comes again, the same but for its mark', async () => {
    const said = await says(['one', 'two']);
    const before = await arrived(said);
    await observer.flushall();
    await world.settled();
    const again = (await world.published('message.created')).filter(({ subject }) => subject === roomId);
    expect(again.map(({ id }) => id)).toEqual(idsOf(said));
    expect(again).toEqual(
      before.filter(({ id }) => idsOf(said).includes(id)).map((event) => ({ ...event, replayed: true })),
    );
  });

  it('it comes on the channel too, and once, though two nodes look', async () => {
    const [said] = await says(['hello']);
    await arrived(said ? [said] : []);
    const listener = new Redis(world.redis.url);
    await listener.subscribe('events:message.created');
    const heard = new EventEmitter();
    const events: PublishedEvent<'message.created'>[] = [];
    listener.on('message', (_channel, text: string) => {
      events.push(JSON.parse(text) as PublishedEvent<'message.created'>);
      heard.emit('event');
    });
    const first = once(heard, 'event');
    await observer.flushall();
    await first;
    await world.settled();
    listener.disconnect();
    expect(events.filter(({ id }) => id === said?._id)).toMatchObject([{ replayed: true }]);
  });

  it('and is an older Redis, it comes again', async () => {
    const said = await says(['kept']);
    await arrived(said);
    await world.settled();
    await observer
      .multi()
      .set(keys.eventEpoch(), Date.now() - 60_000)
      .del(STREAM)
      .exec();
    expect(await arrived(said)).toEqual(expect.arrayContaining([expect.objectContaining({ replayed: true })]));
  });
});

describe('while Redis hangs', () => {
  it('few events wait, more are dropped, and all of both nodes come when it is back', async () => {
    await says(['warm']);
    await says(['warm'], there);
    world.redis.freeze();
    const texts = Array.from({ length: 30 }, (_, n) => `text ${n}`);
    try {
      const said = (await Promise.all([says(texts), says(texts, there)])).flat();
      expect(said).toHaveLength(60);
      world.redis.thaw();
      const events = await arrived(said);
      const fresh = new Set(events.filter(({ replayed }) => !replayed).map(({ id }) => id));
      const waited = said.filter(({ _id }) => fresh.has(_id)).length;
      expect(waited).toBeLessThanOrEqual(40);
    } finally {
      world.redis.thaw();
    }
  });
});

describe('when a node has died', () => {
  it('what it kept and did not publish is published by another', async () => {
    const said = await says(['before']);
    await arrived(said);
    await world.settled();
    await observer.del(STREAM);
    await observer.zadd(keys.nodes(), Date.now() - 1, 'chat-9~dead');
    expect(await arrived(said)).toEqual(expect.arrayContaining([expect.objectContaining({ replayed: true })]));
  });
});
