import type { Conversation, Message } from '@app/contracts/shapes.js';
import { chatWorld, type ChatWorld, type Chatter } from '../chat.world.suite.js';

let world: ChatWorld;
let ana: Chatter;
let ben: Chatter;
let cleo: Chatter;

beforeAll(async () => {
  world = await chatWorld(2);
  [ana, ben, cleo] = [await world.connect('ana', 1), await world.connect('ben', 2), await world.connect('cleo', 2)];
});
afterAll(() => world.close());

interface Changed {
  conversationId: string;
  addedIds: string[];
  removedIds: string[];
}
const group = (name: string) => ana.opens(['ben'], { isGroup: true, name });
const change = (room: Conversation) => (changed: Changed) => changed.conversationId === room._id;
const add = (who: Chatter, room: Conversation, ...participantIds: string[]) =>
  who.post(`/conversations/${room._id}/participants`, { participantIds });
const remove = (who: Chatter, room: Conversation, userId: string) =>
  who.delete(`/conversations/${room._id}/participants/${userId}`);

describe('somebody who is added', () => {
  it('hears of it on another node, and everything from then on', async () => {
    const room = await group('Add');
    expect(await add(ana, room, 'cleo')).toMatchObject({
      status: 200,
      body: { data: [{ id: 'ana' }, { id: 'ben' }, { id: 'cleo' }] },
    });
    const told = await cleo.socket.hears<Changed>('conversation_updated', change(room));
    expect(told).toMatchObject({ addedIds: ['cleo'], removedIds: [], participantCount: 3 });
    await cleo.socket.asks('join_conversation', { conversationId: room._id });
    await ana.sends(room._id, 'welcome');
    await cleo.socket.hears('message_new', (e: { message: Message }) => e.message.text === 'welcome');
    expect(await cleo.sends(room._id, 'thanks')).toMatchObject({ seq: 3 });
  });

  it('is told by a message that takes a place', async () => {
    const room = await group('Place');
    await ana.sends(room._id, 'one');
    await add(ana, room, 'cleo');
    const { data } = (await cleo.get<Message[]>(`/conversations/${room._id}/messages`)).body;
    expect(data[0]).toMatchObject({
      seq: 2,
      text: 'Ana added Cleo',
      system: { event: 'participants.added', userIds: ['cleo'] },
    });
    const { body } = await cleo.get<Conversation>(`/conversations/${room._id}`);
    expect(body.data).toMatchObject({ participantIds: ['ana', 'ben', 'cleo'], participantCount: 3 });
  });

  it('is there once, however often', async () => {
    const room = await group('Once');
    const answers = await Promise.all([
      add(ana, room, 'cleo'),
      add(ana, room, 'cleo'),
      add(world.someone('ana', 2), room, 'cleo'),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(
      await world.db.collection('messages').countDocuments({ 'system.userIds': 'cleo', text: 'Ana added Cleo' }),
    ).toBeGreaterThan(0);
    const { data } = (await cleo.get<Message[]>(`/conversations/${room._id}/messages`)).body;
    expect(data).toHaveLength(1);
  });
});

describe('somebody who is removed', () => {
  it('hears nothing more, and is refused by a node that did not hear of it', async () => {
    const room = await group('Remove');
    await ben.sends(room._id, 'node 2 has this conversation in mind');
    // Node 2 does not hear what node 1 says: as when the bus loses it.
    const muted = world.mute(2);
    try {
      expect(await remove(ana, room, 'ben')).toMatchObject({ status: 200, body: { data: [{ id: 'ana' }] } });
      await ana.sends(room._id, 'he is gone');
      expect(await ben.socket.answer('message_send', { conversationId: room._id, text: 'am I?' })).toMatchObject({
        error: { code: 'NOT_A_MEMBER' },
      });
    } finally {
      muted.end();
    }
    expect(ben.socket.all<{ message: Message }>('message_new').map(({ message }) => message.text)).not.toContain(
      'he is gone',
    );
  });

  it('is told, leaves the room on every node at once, and may not read on', async () => {
    const room = await group('Leave');
    const here = await world.connect('ben', 1);
    await here.socket.asks('join_conversation', { conversationId: room._id });
    await remove(ana, room, 'ben');
    for (const { socket } of [ben, here]) await socket.hears('conversation_updated', change(room));
    const last = await ana.sends(room._id, 'between us');
    await ana.socket.hears('message_new', (e: { message: Message }) => e.message._id === last._id);
    expect(await ben.get(`/conversations/${room._id}/messages`)).toMatchObject({ status: 403 });
    const other = await ana.opens(['ben']);
    const mark = await ana.sends(other._id, 'mark');
    for (const { socket } of [ben, here]) {
      await socket.hears('message_new', (e: { message: Message }) => e.message._id === mark._id);
      expect(socket.all<{ message: Message }>('message_new').map(({ message }) => message._id)).not.toContain(last._id);
    }
  });

  it('may have left by oneself; only the owner removes others', async () => {
    const room = await group('Own');
    await add(ana, room, 'cleo');
    expect(await remove(ben, room, 'cleo')).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    expect(await remove(cleo, room, 'cleo')).toMatchObject({ status: 200, body: { data: [] } });
    const { data } = (await ana.get<Message[]>(`/conversations/${room._id}/messages`)).body;
    expect(data.map(({ text }) => text)).toEqual(['Cleo left', 'Ana added Cleo']);
    expect(await add(ben, room, 'cleo')).toMatchObject({ status: 403 });
    expect(await add(ana, await ana.opens(['ben']), 'cleo')).toMatchObject({
      status: 403,
      body: { code: 'FORBIDDEN' },
    });
  });

  it('while everyone writes: places stay dense, and nothing of the removed comes after the removal', async () => {
    const room = await group('Busy');
    const outcomes = Promise.all(
      Array.from({ length: 60 }, (_, n) =>
        (n % 2 ? ana : ben).socket.answer<Message>('message_send', { conversationId: room._id, text: `${n}` }),
      ),
    );
    const gone = remove(ana, room, 'ben');
    const sent = await outcomes;
    expect((await gone).status).toBe(200);
    const kept = await world.db
      .collection('messages')
      .find({ conversationId: (await world.db.collection('conversations').findOne({ name: 'Busy' }))?._id })
      .sort({ seq: 1 })
      .toArray();
    expect(kept.map(({ seq }) => seq as number)).toEqual(kept.map((_, index) => index + 1));
    const removal = kept.find((message) => message.system)?.seq as number;
    expect(kept.filter(({ senderId, seq }) => senderId === 'ben' && seq > removal)).toEqual([]);
    expect(sent.filter(({ ok }) => ok)).toHaveLength(kept.length - 1);
  });
});

describe('in a group where fifty people on two nodes never stop writing', () => {
  const CHANGES = 10;
  let room: Conversation;
  let senders: Chatter[];
  let done: Promise<unknown>;
  let over = false;

  beforeAll(async () => {
    senders = await Promise.all(Array.from({ length: 50 }, (_, n) => world.connect(`s${n}`, 1 + (n % 2))));
    room = await ana.opens(
      senders.map(({ id }) => id),
      { isGroup: true, name: 'Hot' },
    );
    done = Promise.all(
      senders.map(async ({ socket }) => {
        while (!over) await socket.answer('message_send', { conversationId: room._id, text: 'on and on' });
      }),
    );
  });
  afterAll(async () => {
    over = true;
    await done;
  });

  it('ten changes from either node succeed, and each removed is refused from then on by either node', async () => {
    const [here, there] = [await world.connect('eve', 1), await world.connect('eve', 2)];
    for (let n = 0; n < CHANGES; n++) {
      const owner = world.someone('ana', n % 4 < 2 ? 1 : 2);
      const isAdding = n % 2 === 0;
      const { status } = isAdding ? await add(owner, room, 'eve', `e${n}`) : await remove(owner, room, 'eve');
      // What takes longer than two seconds is answered 503.
      expect({ n, status }).toEqual({ n, status: 200 });
      for (const { socket } of isAdding ? [] : [here, there]) {
        const answer = await socket.answer('message_send', { conversationId: room._id, text: 'I am not here' });
        expect(answer).toMatchObject({ ok: false, error: { code: 'NOT_A_MEMBER' } });
      }
    }
    expect(await world.db.collection('messages').countDocuments({ text: 'I am not here' })).toBe(0);
  }, 30_000);
});
