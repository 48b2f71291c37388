import type { Conversation, Message } from '@app/contracts/shapes.js';
import { BUS, type Bus } from '../sockets/redis-io.adapter.js';
import { chatWorld, type ChatWorld, type Chatter } from '../chat.world.suite.js';

interface Updated {
  message: Message;
  change: number;
}

let world: ChatWorld;
let ana: Chatter;
let ben: Chatter;
let room: Conversation;

beforeAll(async () => {
  world = await chatWorld(2);
  [ana, ben] = [await world.connect('ana', 1), await world.connect('ben', 2)];
  room = await ana.opens(['ben']);
});
afterAll(() => world.close());

const history = async (who: Chatter, id = room._id) =>
  (await who.get<Message[]>(`/conversations/${id}/messages`)).body.data;

describe('an edit', () => {
  it('reaches everyone on both nodes, and stays', async () => {
    const { _id } = await ana.sends(room._id, 'helo', 'e-1');
    const answer = await ana.socket.asks<Message>('message_edit', { messageId: _id, newText: 'hello' });
    expect(answer).toMatchObject({
      _id,
      text: 'hello',
      localId: 'e-1',
      meta: { edited: true, editedAt: expect.any(String) },
    });
    const { message } = await ben.socket.hears<{ message: Message }>('message_updated', (e) => e.message._id === _id);
    expect(message).toMatchObject({ _id, text: 'hello', senderId: 'ana' });
    expect(message).not.toHaveProperty('localId');
    expect((await history(ben))[0]).toMatchObject({ _id, text: 'hello', meta: { edited: true } });
  });

  it('of the last message shows in the list', async () => {
    const { _id } = await ana.sends(room._id, 'draft');
    await world.headsOf(1);
    await ana.patch(`/messages/${_id}`, { text: 'final' });
    const { data } = (await ben.get<Conversation[]>('/conversations')).body;
    expect(data.find((conversation) => conversation._id === room._id)?.lastMessage).toMatchObject({
      _id,
      text: 'final',
    });
  });

  it('is told in the order in which it was made, whatever else has to be read', async () => {
    const { _id } = await ana.sends(room._id, 'v0');
    const asked = Array.from({ length: 10 }, (_, n) =>
      ana.socket.answer('message_edit', { messageId: _id, newText: `v${n + 1}` }),
    );
    const answers = await Promise.all(asked);
    expect(answers.filter(({ ok }) => !ok)).toEqual([]);
    const last = (await history(ben))[0]?.text;
    await ben.socket.hears<Updated>('message_updated', ({ message }) => message._id === _id && message.text === last);
    const heard = ben.socket.all<Updated>('message_updated').filter(({ message }) => message._id === _id);
    expect(heard).toHaveLength(10);
    const changes = heard.map(({ change }) => change);
    expect(changes).toEqual(changes.toSorted((a, b) => a - b));
    await ana.delete(`/messages/${_id}`);
    const deleted = await ben.socket.hears<{ change: number; messageId: string }>(
      'message_deleted',
      ({ messageId }) => messageId === _id,
    );
    expect(deleted.change).toBeGreaterThan(changes.at(-1) as number);
  });

  it('made at once on two nodes leaves one text, the same everywhere, and numbered changes without a hole', async () => {
    const { _id } = await ana.sends(room._id, 'race');
    const there = world.someone('ana', 2);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) => (n % 2 ? ana : there).patch<Message>(`/messages/${_id}`, { text: `v${n}` })),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect((await history(ana))[0]?.text).toBe((await history(ben))[0]?.text);
    const changes = await world.db.collection('changes').find().sort({ n: 1 }).toArray();
    expect(changes.map(({ n }) => n as number)).toEqual(changes.map((_, index) => index + 1));
  });

  it.each([
    [
      'of another’s message',
      async () => ben.socket.answer('message_edit', { messageId: (await ana.sends(room._id, 'x'))._id, newText: 'y' }),
      'FORBIDDEN',
    ],
    [
      'of nothing',
      () => ana.socket.answer('message_edit', { messageId: '0123456789abcdef01234567', newText: 'y' }),
      'NOT_FOUND',
    ],
    [
      'to nothing',
      async () => ana.socket.answer('message_edit', { messageId: (await ana.sends(room._id, 'x'))._id, newText: ' ' }),
      'INVALID_INPUT',
    ],
  ])('%s is refused', async (_what, act, code) => {
    expect(await act()).toMatchObject({ ok: false, error: { code } });
  });

  it('after the window is refused', async () => {
    const { _id } = await ana.sends(room._id, 'old');
    const sixteenMinutesAgo = new Date(Date.now() - 16 * 60_000);
    await world.db.collection('messages').updateOne({ text: 'old' }, { $set: { createdAt: sixteenMinutesAgo } });
    expect(await ana.socket.answer('message_edit', { messageId: _id, newText: 'new' })).toMatchObject({
      error: { code: 'FORBIDDEN', message: 'A message can be edited for 15 minutes.' },
    });
  });
});

describe('a deletion', () => {
  it.each([
    ['deleted', ({ _id }: Message) => ana.delete(`/messages/${_id}`), ''],
    ['edited', ({ _id }: Message) => ana.patch(`/messages/${_id}`, { text: 'nothing to see' }), 'nothing to see'],
  ])('of a message that no list shows yet: what is %s never shows', async (_how, change, text) => {
    const sent = await ana.sends(room._id, 'my password is hunter2');
    await change(sent);
    // Whatever was still waiting to be written.
    await world.headsOf(1);
    const { data } = (await ben.get<Conversation[]>('/conversations')).body;
    expect(data.find(({ _id }) => _id === room._id)?.lastMessage).toMatchObject({ _id: sent._id, text });
  });

  it('leaves a tombstone, tells everyone, and may be asked again', async () => {
    const { _id, seq } = await ana.sends(room._id, 'my secret');
    expect(await ana.socket.asks('message_delete', { messageId: _id })).toEqual({
      messageId: _id,
      conversationId: room._id,
    });
    await ben.socket.hears('message_deleted', (e: { messageId: string }) => e.messageId === _id);
    expect(await ana.socket.asks('message_delete', { messageId: _id })).toMatchObject({ messageId: _id });
    expect((await history(ben))[0]).toMatchObject({
      _id,
      seq,
      text: '',
      attachments: [],
      deletedAt: expect.any(String),
    });
    expect(JSON.stringify(await world.db.collection('messages').find({ seq }).toArray())).not.toContain('secret');
    const told = ben.socket.all<{ messageId: string }>('message_deleted');
    expect(told.filter(({ messageId }) => messageId === _id)).toHaveLength(1);
    expect(await ana.socket.answer('message_edit', { messageId: _id, newText: 'back' })).toMatchObject({
      error: { code: 'NOT_FOUND' },
    });
  });

  it('in a group is the owner’s too, with a trace of who it was', async () => {
    const group = await ana.opens(['ben'], { isGroup: true });
    const { _id } = await ben.sends(group._id, 'rude');
    expect(await ana.delete(`/messages/${_id}`)).toMatchObject({ status: 200, body: { data: { messageId: _id } } });
    expect(
      await world.db.collection('changes').findOne({ kind: 'message.deleted', by: 'ana' }, { sort: { _id: -1 } }),
    ).toMatchObject({ by: 'ana' });
    const own = await ana.sends(group._id, 'the owner’s own');
    expect(await ben.delete(`/messages/${own._id}`)).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
  });

  it('of a stranger says nothing', async () => {
    const { _id } = await ana.sends(room._id, 'ours');
    expect(await world.someone('eve').delete(`/messages/${_id}`)).toMatchObject({
      status: 403,
      body: { code: 'NOT_A_MEMBER' },
    });
  });

  it('soon after the beginning is heard, as an edit is, where the room is not subscribed to yet', async () => {
    const { sub } = world.apps[1]?.get<Bus>(BUS) as Bus;
    const subscribe = jest.spyOn(sub, 'ssubscribe').mockReturnValue(new Promise(() => undefined));
    try {
      const fresh = await ana.opens(['ben'], { isGroup: true });
      const { _id } = await ana.sends(fresh._id, 'helo');
      await ana.patch(`/messages/${_id}`, { text: 'hello' });
      await ben.socket.hears<Updated>('message_updated', ({ message }) => message._id === _id);
      await ana.delete(`/messages/${_id}`);
      await ben.socket.hears<{ messageId: string }>('message_deleted', ({ messageId }) => messageId === _id);
    } finally {
      subscribe.mockRestore();
    }
  });
});
