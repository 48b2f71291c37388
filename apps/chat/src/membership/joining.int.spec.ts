import type { Conversation, Message } from '@app/contracts/shapes.js';
import { chatWorld, type ChatWorld, type Chatter } from '../chat.world.suite.js';

const add = (who: Chatter, room: string, userId: string) =>
  who.post(`/conversations/${room}/participants`, { participantIds: [userId] });
const history = async (who: Chatter, room: string, query = '') =>
  (await who.get<Message[]>(`/conversations/${room}/messages${query}`)).body;
const isOf = (messageId: string) => (e: { message: Message }) => e.message._id === messageId;

describe('somebody who is added to a group', () => {
  let world: ChatWorld;
  let ana: Chatter;
  let cleo: Chatter;
  let room: string;
  let before: Message;

  beforeAll(async () => {
    world = await chatWorld(2);
    [ana, cleo] = [await world.connect('ana', 1), await world.connect('cleo', 2)];
  });
  afterAll(() => world.close());
  beforeEach(async () => {
    room = (await ana.opens(['ben'], { isGroup: true, name: 'Before' }))._id;
    await ana.sends(room, 'one');
    before = await ana.sends(room, 'before cleo');
    await add(ana, room, 'cleo');
  });

  it('reads from their coming on', async () => {
    const after = await ana.sends(room, 'after');
    const { data, pagination } = await history(cleo, room, '?limit=2');
    expect(data.map(({ text }) => text)).toEqual(['after', 'Ana added Cleo']);
    expect(pagination).toMatchObject({ hasMore: false, before: null });
    expect((await history(cleo, room, `?before=${after._id}`)).data.map(({ seq }) => seq)).toEqual([3]);
    expect((await history(ana, room)).data).toHaveLength(4);
  });

  it('does not find what was said before by its id', async () => {
    const messages = `/conversations/${room}/messages`;
    expect(await cleo.get(`${messages}?before=${before._id}`)).toMatchObject({ status: 404 });
    expect(await cleo.post(`${messages}/mark-read`, { messageIds: [before._id] })).toMatchObject({ status: 404 });
    const read = { conversationId: room, messageIds: [before._id] };
    expect(await cleo.socket.answer('message_read', read)).toMatchObject({ error: { code: 'NOT_FOUND' } });
    expect(await cleo.patch(`/messages/${before._id}`, { text: 'mine now' })).toMatchObject({ status: 404 });
    expect(await cleo.delete(`/messages/${before._id}`)).toMatchObject({ status: 404 });
  });

  it('is shown a last message, and unread ones, only from then on', async () => {
    await world.headsOf(1);
    const group = async () => (await cleo.get<Conversation>(`/conversations/${room}`)).body.data;
    expect(await group()).toMatchObject({ lastMessage: { seq: 3 }, unreadCounts: { cleo: 1 } });
    await world.db.collection('conversations').updateMany({ 'head.seq': 3 }, { $set: { 'head.seq': 2 } });
    expect(await group()).toMatchObject({ lastMessage: null, unreadCounts: { cleo: 0 } });
    const listed = (await cleo.get<Conversation[]>('/conversations')).body.data.find(({ _id }) => _id === room);
    expect(listed).toMatchObject({ lastMessage: null, unreadCounts: { cleo: 0 } });
  });

  it('does not count as a reader of what was said before', async () => {
    expect((await history(ana, room)).data.find(({ _id }) => _id === before._id)?.readBy).toEqual(['ana']);
  });

  it('hears nothing of its edits and its deletion', async () => {
    await cleo.socket.asks('join_conversation', { conversationId: room });
    await ana.socket.asks('message_edit', { messageId: before._id, newText: 'changed' });
    await ana.socket.asks('message_delete', { messageId: before._id });
    const after = await ana.sends(room, 'after');
    await ana.socket.asks('message_edit', { messageId: after._id, newText: 'after all' });
    await cleo.socket.hears('message_updated', isOf(after._id));
    expect(cleo.socket.all<{ message: Message }>('message_updated').filter(isOf(before._id))).toEqual([]);
    expect(cleo.socket.all<{ messageId: string }>('message_deleted').map((e) => e.messageId)).not.toContain(before._id);
    expect(ana.socket.all<{ message: Message }>('message_updated').some(isOf(before._id))).toBe(true);
  });
});

describe('with GROUP_HISTORY=all, somebody who is added to a group', () => {
  let world: ChatWorld;
  beforeAll(async () => {
    world = await chatWorld(1, { GROUP_HISTORY: 'all' });
  });
  afterAll(() => world.close());

  it('reads what was said before, and owes none of it', async () => {
    const [ana, cleo] = [await world.connect('ana'), world.someone('cleo')];
    const { _id } = await ana.opens(['ben'], { isGroup: true });
    await ana.sends(_id, 'before cleo');
    await add(ana, _id, 'cleo');
    await world.headsOf(1);
    expect((await history(cleo, _id)).data.map(({ seq }) => seq)).toEqual([2, 1]);
    expect((await cleo.get<Conversation>(`/conversations/${_id}`)).body.data.unreadCounts).toEqual({ cleo: 1 });
  });
});
