import { EventEmitter, once } from 'node:events';
import { Redis } from 'ioredis';
import { keys } from '@app/common/redis/keys.js';
import type { EventType, PublishedEvent } from '@app/contracts/events.js';
import type { Message } from '@app/contracts/shapes.js';
import { chatWorld, type ChatWorld, type Chatter } from '../chat.world.suite.js';
import { PUBLISHING } from './pace.js';

const STREAM = keys.eventStream('message.created');

let world: ChatWorld;
let ana: Chatter;
let there: Chatter;
let observer: Redis;
let roomId: string;

const pace = { ...PUBLISHING };

beforeAll(async () => {
  Object.assign(PUBLISHING, {
    tickMs: 50,
    patienceMs: 300,
    leaseMs: 1000,
    settledMs: 0,
    staleMs: 5000,
    mostWaiting: 20,
  });
  world = await chatWorld(2);
  ana = await world.connect('ana', 1);
  there = await world.connect('ben', 2);
  observer = new Redis(world.redis.url);
});
beforeEach(async () => {
  await observer.flushall();
  await settled();
  roomId = (await ana.opens(['ben'], { isGroup: true, name: 'Team' }))._id;
});
afterAll(async () => {
  observer.disconnect();
  await world.close();
  Object.assign(PUBLISHING, pace);
});

/** Resolves when nothing is to be published again any more, by a look that began after this. */
async function settled(): Promise<void> {
  const checkpoints = world.db.collection<{ _id: string; back?: unknown; stamp: number }>('checkpoints');
  const now = Date.now();
  for (;;) {
    const mark = await checkpoints.findOne({ _id: 'chat:published' });
    if (mark && mark.stamp > now && mark.back === undefined) return;
  }
}

async function published<T extends EventType = 'message.created'>(stream = STREAM): Promise<PublishedEvent<T>[]> {
  const entries = await observer.xrange(stream, '-', '+');
  return entries.map(([, fields]) => JSON.parse(fields[1] as string) as PublishedEvent<T>);
}

const says = async (texts: string[], who = ana): Promise<Message[]> => {
  const messages: Message[] = [];
  for (const text of texts) messages.push(await who.sends(roomId, text));
  return messages;
};

const idsOf = (messages: { _id: string }[]) => messages.map(({ _id }) => _id);

/** Resolves when all of these are on the stream; the events as they are there. */
async function arrived(messages: Message[]): Promise<PublishedEvent<'message.created'>[]> {
  for (;;) {
    const events = await published();
    const there = new Set(events.map(({ id }) => id));
    if (messages.every(({ _id }) => there.has(_id))) return events;
  }
}

describe('when Redis has lost its data', () => {
  it('what was published comes again, the same but for its mark', async () => {
    const said = await says(['one', 'two']);
    const before = await arrived(said);
    await observer.flushall();
    await settled();
    const again = (await published()).filter(({ subject }) => subject === roomId);
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
    await settled();
    listener.disconnect();
    expect(events.filter(({ id }) => id === said?._id)).toMatchObject([{ replayed: true }]);
  });

  it('and is an older Redis, it comes again', async () => {
    const said = await says(['kept']);
    await arrived(said);
    await settled();
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
    await settled();
    await observer.del(STREAM);
    await observer.zadd(keys.nodes(), Date.now() - 1, 'chat-9~dead');
    expect(await arrived(said)).toEqual(expect.arrayContaining([expect.objectContaining({ replayed: true })]));
  });
});

describe('what else happened', () => {
  const last = async <T extends EventType>(type: T) => {
    for (;;) {
      const event = (await published<T>(`events:${type}:stream`)).findLast(({ subject }) => subject === roomId);
      if (event) return event;
    }
  };
  const place = { conversation: { id: expect.any(String), kind: 'group', name: 'Team' }, participantCount: 2 };

  it('is told: a conversation began', async () => {
    const event = await last('conversation.created');
    expect(event).toMatchObject({
      id: `${roomId}.created`,
      source: 'chat-service',
      data: { ...place, createdBy: 'ana' },
    });
    expect(event.data.participantIds.toSorted()).toEqual(['ana', 'ben']);
  });

  it('is told: a message was edited, one deleted, somebody came', async () => {
    const [first, second] = (await says(['frist', 'second'])) as [Message, Message];
    await ana.socket.asks('message_edit', { messageId: first._id, newText: 'first' });
    await ana.socket.asks('message_delete', { messageId: second._id });
    expect(await last('message.updated')).toMatchObject({
      data: { ...place, message: { _id: first._id, text: 'first' } },
    });
    expect(await last('message.deleted')).toMatchObject({
      data: { ...place, messageId: second._id, deletedBy: 'ana' },
    });
    await ana.post(`/conversations/${roomId}/participants`, { participantIds: ['cem'] });
    expect(await last('conversation.updated')).toMatchObject({
      data: { ...place, participantCount: 3, addedIds: ['cem'], removedIds: [], updatedBy: 'ana' },
    });
  });

  it('is told once: reading again is no event', async () => {
    const [said] = (await says(['read me'])) as [Message];
    await there.socket.asks('message_read', { conversationId: roomId, messageIds: [said._id] });
    await there.socket.asks('message_read', { conversationId: roomId, messageIds: [said._id] });
    const event = await last('message.read');
    expect(event.data).toMatchObject({ ...place, userId: 'ben', upToSeq: said.seq, messageIds: [said._id] });
    expect(await published('events:message.read:stream')).toHaveLength(1);
  });
});
