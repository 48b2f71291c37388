import type { NestExpressApplication } from '@nestjs/platform-express';
import { Types } from 'mongoose';
import type { Message } from '@app/contracts/shapes.js';
import { chatWorld, type ChatWorld, type Chatter } from '../chat.world.suite.js';
import { MemberRepository } from '../conversations/member.repository.js';
import { LANE_REDIS } from '../lanes/lane.bus.js';
import { Lanes } from '../lanes/lanes.js';
import type { Bus } from '../sockets/redis-io.adapter.js';

let world: ChatWorld;
let ana: Chatter;
let second: NestExpressApplication;

beforeAll(async () => {
  world = await chatWorld(2);
  second = world.apps[1] as NestExpressApplication;
  ana = await world.connect('ana', 1);
});
afterAll(() => world.close());

/** A group that is older than those whose members are told one by one. */
async function group(...participantIds: string[]): Promise<string> {
  const { _id } = await ana.opens(participantIds, { isGroup: true });
  await world.db
    .collection('conversations')
    .updateOne({ _id: new Types.ObjectId(_id) }, { $set: { createdAt: new Date(0) } });
  return _id;
}
const remove = (room: string, userId: string) => ana.delete(`/conversations/${room}/participants/${userId}`);
const texts = ({ socket }: Chatter) => socket.all<{ message: Message }>('message_new').map((e) => e.message.text);
const isText = (text: string) => (e: { message: Message }) => e.message.text === text;

/** A node hears nothing of the others, over either bus, until the end. */
function deaf(node: number) {
  const muted = world.mute(node);
  const { sub } = world.apps[node - 1]?.get<Bus>(LANE_REDIS) as Bus;
  const listeners = sub.listeners('message') as (() => void)[];
  sub.removeAllListeners('message');
  return {
    end: () => {
      muted.end();
      for (const listener of listeners) sub.on('message', listener);
    },
  };
}

describe('on a node that did not hear of the removal, a removed person', () => {
  let room: string;
  let own: Message;
  let rita: Chatter;
  let silence: { end: () => void };

  beforeAll(async () => {
    room = await group('rita', 'ben');
    rita = await world.connect('rita', 2);
    await rita.socket.asks('join_conversation', { conversationId: room });
    own = await rita.sends(room, 'mine');
    expect((await rita.get(`/conversations/${room}/messages`)).status).toBe(200);
    silence = deaf(2);
    expect((await remove(room, 'rita')).status).toBe(200);
    await ana.sends(room, 'between us');
    expect(second.get(Lanes).peek(room)?.members).toContain('rita');
  });
  afterAll(() => silence.end());

  it.each(['', '/messages', '/participants'])('reads nothing: %s', async (path) => {
    expect(await rita.get(`/conversations/${room}${path}`)).toMatchObject({
      status: 403,
      body: { code: 'NOT_A_MEMBER' },
    });
  });

  it('is not told how far it goes', async () => {
    const { status, body } = await rita.post(`/conversations/${room}/mark-read`);
    expect({ status, body }).toMatchObject({ status: 403, body: { code: 'NOT_A_MEMBER' } });
  });

  it.each([
    ['join_conversation', {}],
    ['typing', { isTyping: true }],
  ])('is refused %s', async (event, more) => {
    const answer = await rita.socket.answer(event, { conversationId: room, ...more });
    expect(answer).toMatchObject({ ok: false, error: { code: 'NOT_A_MEMBER' } });
  });

  it('changes nothing that was said', async () => {
    const edit = await rita.socket.answer('message_edit', { messageId: own._id, newText: 'ha' });
    expect(edit).toMatchObject({ ok: false, error: { code: 'NOT_A_MEMBER' } });
    expect(await rita.delete(`/messages/${own._id}`)).toMatchObject({ status: 403 });
    const { data } = (await ana.get<Message[]>(`/conversations/${room}/messages`)).body;
    expect(data.find(({ _id }) => _id === own._id)?.text).toBe('mine');
  });
});

it('a node without sockets of a conversation hears that its members have changed', async () => {
  const room = await group('nora', 'ben');
  await world.someone('nora', 2).post(`/conversations/${room}/messages`, { text: 'node 2 has this in mind' });
  const lane = second.get(Lanes).peek(room);
  expect(lane?.stale).toBe(false);
  const muted = world.mute(2);
  await remove(room, 'nora');
  while (!lane?.stale) await new Promise((resolve) => setTimeout(resolve, 20));
  muted.end();
});

describe('somebody who is removed while membership is read', () => {
  it('is not let into the room by the reading, when a socket connects', async () => {
    const [room, kept] = [await group('sue', 'ben'), await group('sue', 'ben')];
    const members = second.get(MemberRepository);
    const read = members.conversationsOf.bind(members);
    const [gate, joined] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    members.conversationsOf = async function* (userId: string) {
      for await (const batch of read(userId)) {
        await gate.promise;
        yield batch;
      }
      joined.resolve();
    };
    const sue = await world.connect('sue', 2);
    await remove(room, 'sue');
    await sue.socket.hears('conversation_updated');
    gate.resolve();
    await joined.promise;
    members.conversationsOf = read;
    await ana.sends(room, 'without her');
    await sue.socket.asks('join_conversation', { conversationId: kept });
    await ana.sends(kept, 'with her');
    await sue.socket.hears('message_new', isText('with her'));
    expect(texts(sue)).not.toContain('without her');
  });

  it('is not let in either when they open the conversation', async () => {
    const room = await group('tom', 'ben');
    const tom = await world.connect('tom', 2);
    await tom.socket.asks('join_conversation', { conversationId: room });
    const members = second.get(MemberRepository);
    const find = members.find.bind(members);
    const [gate, reading] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    members.find = async (...asked) => {
      const row = await find(...asked);
      reading.resolve();
      await gate.promise;
      return row;
    };
    const answer = tom.socket.answer('join_conversation', { conversationId: room });
    await reading.promise;
    await remove(room, 'tom');
    await tom.socket.hears('conversation_updated');
    gate.resolve();
    members.find = find;
    expect(await answer).toMatchObject({ ok: false, error: { code: 'NOT_A_MEMBER' } });
    await ana.sends(room, 'without him');
    const other = await ana.opens(['tom']);
    await ana.sends(other._id, 'with him');
    await tom.socket.hears('message_new', isText('with him'));
    expect(texts(tom)).not.toContain('without him');
  });
});
