import { Redis } from 'ioredis';
import { keys } from '@app/common/redis/keys.js';
import type { Message } from '@app/contracts/shapes.js';
import { Events } from '@app/testing/documents/events-document.js';
import { tokenOf } from '@app/testing/tokens.js';
import { chatWorld, type ChatWorld, type Chatter } from '../chat.world.suite.js';

const events = new Events();
const TYPES = [
  'message.created',
  'message.updated',
  'message.deleted',
  'message.read',
  'conversation.created',
  'conversation.updated',
];

let world: ChatWorld;
let subscriber: Redis;
let ana: Chatter;
let ben: Chatter;
/** What each of them has said. */
let bens: Message;
let anas: Message;
/** The ids of the examples → those of this run. */
let here: Record<string, string>;
const published: { channel: string; event: unknown }[] = [];

/** The document's example of what a client says. */
const shown = (wireEvent: string) =>
  events.message('chat', `say.${wireEvent}`).examples[0]?.payload as Record<string, string>;

/** The same, about what there is in this run. */
const example = (wireEvent: string): unknown =>
  JSON.parse(
    Object.entries(here).reduce((text, [from, to]) => text.replaceAll(from, to), JSON.stringify(shown(wireEvent))),
  );

beforeAll(async () => {
  world = await chatWorld(2);
  subscriber = new Redis(world.redis.url);
  subscriber.on('message', (channel: string, event: string) => published.push({ channel, event: JSON.parse(event) }));
  await subscriber.subscribe(...TYPES.map(keys.eventChannel));
  [ana, ben] = [await world.connect('ana', 1), await world.connect('ben', 2)];
  const room = await ana.opens(['ben'], { isGroup: true, name: 'Weekend', propertyId: 'flat-7' });
  await ben.socket.asks('join_conversation', { conversationId: room._id });
  bens = await ben.sends(room._id, 'Who comes?');
  anas = await ana.sends(room._id, 'I do');
  const { conversationId, messageId, token } = {
    ...shown('message_send'),
    ...shown('message_edit'),
    ...shown('authenticate'),
  };
  here = { [conversationId ?? '']: room._id, [messageId ?? '']: anas._id, [token ?? '']: tokenOf('ana') };
});
afterAll(async () => {
  subscriber.disconnect();
  await world.close();
});

describe('the document of socket and Redis events', () => {
  it('is what clients are answered who say its examples', async () => {
    const said = events.messagesOf('chat').filter((name) => name.startsWith('say.'));
    // What is deleted cannot be edited any more.
    for (const wireEvent of said.map((name) => name.slice(4)).sort((a) => (a === 'message_delete' ? 1 : 0))) {
      const ack = await ana.socket.answer(wireEvent, example(wireEvent));
      expect(ack).toMatchObject({ ok: true });
      expect(events.problems('chat', `ack.${wireEvent}`, ack)).toEqual([]);
    }
  });

  it('is what they are answered when they may not, or say something else', async () => {
    const { _id: conversationId } = await world.someone('cem').opens(['dan']);
    const refused = [
      await ana.socket.answer('message_send', { conversationId, text: 'hi' }),
      await ana.socket.answer('message_send', { text: 7 }),
      await ana.socket.answer('message_edit', { messageId: bens._id, newText: 'not mine' }),
    ];
    for (const ack of refused) expect(events.problems('chat', 'ack.message_send', ack)).toEqual([]);
    expect(refused.map((ack) => !ack.ok && ack.error.code)).toEqual(['NOT_A_MEMBER', 'INVALID_INPUT', 'FORBIDDEN']);
  });

  it('is what they hear, every event of it', async () => {
    const { conversationId } = bens;
    await ben.socket.asks('message_read', { conversationId, messageIds: [anas._id] });
    await ben.socket.asks('typing', { conversationId, isTyping: true });
    await ana.post(`/conversations/${conversationId}/participants`, { participantIds: ['cem'] });
    ana.socket.says('join_conversation', { conversationId: '68f0c0ffee0000000000a0b1' });
    const heard = events.messagesOf('chat').filter((name) => name.startsWith('hear.'));
    for (const name of heard.map((one) => one.slice(5))) await ana.socket.hears(name);
    const all = [ana, ben].flatMap(({ socket }) => socket.heard);
    expect(new Set(all.map(({ name }) => `hear.${name}`))).toEqual(new Set(heard));
    expect(all.flatMap(({ name, payload }) => events.problems('chat', `hear.${name}`, payload))).toEqual([]);
  });

  it('is what a subscriber of Redis hears, and a reader of its streams finds, of every type', async () => {
    const reader = new Redis(world.redis.url);
    try {
      for (const type of TYPES) {
        const stream = `redis.stream.${type}`;
        const found = await firstOf(reader, events.document.channels[stream]?.address ?? '');
        expect(events.problems(stream, type, found)).toEqual([]);
        const address = events.document.channels[`redis.channel.${type}`]?.address;
        const heard = published.filter(({ channel }) => channel === address);
        expect(heard.length).toBeGreaterThan(0);
        expect(heard.flatMap(({ event }) => events.problems(`redis.channel.${type}`, type, event))).toEqual([]);
      }
    } finally {
      reader.disconnect();
    }
  });
});

/** The first event of a stream, as soon as there is one. */
async function firstOf(reader: Redis, stream: string): Promise<unknown> {
  const [found] = (await reader.xread('COUNT', 1, 'BLOCK', 10_000, 'STREAMS', stream, 0)) ?? [];
  const [, fields = []] = found?.[1][0] ?? [];
  expect(fields[0]).toBe('event');
  return JSON.parse(fields[1] ?? 'null');
}
