import type { Conversation, Message } from '@app/contracts/shapes.js';
import { TestSocket } from '@app/testing/test-socket.js';
import { tokenOf } from '@app/testing/tokens.js';
import { chatWorld, type ChatWorld, type Chatter } from './chat.world.suite.js';

describe.each(['sharded', 'classic'])('with the %s adapter', (SOCKET_ADAPTER) => {
  let world: ChatWorld;
  let ana: Chatter;
  let ben: Chatter;
  let room: Conversation;

  beforeAll(async () => {
    world = await chatWorld(2, { SOCKET_ADAPTER });
    ana = await world.connect('ana', 1);
    ben = await world.connect('ben', 2);
    room = await ana.opens(['ben']);
  });
  afterAll(() => world.close());

  const textOf = ({ message }: { message: Message }) => message.text;

  describe('a message', () => {
    it('reaches a member on another node, without the sender’s localId', async () => {
      await ana.sends(room._id, 'hello ben', 'l-1');
      const { message } = await ben.socket.hears<{ message: Message }>('message_new', (e) => textOf(e) === 'hello ben');
      expect(message).toMatchObject({ senderId: 'ana', sender: { id: 'ana', name: 'Ana' }, conversationId: room._id });
      expect(JSON.stringify(message)).not.toContain('l-1');
    });

    it('is heard by the sending socket with its localId, and once', async () => {
      const sent = await ana.sends(room._id, 'echo', 'l-2');
      await ana.socket.hears('message_new', (e: { localId?: string }) => e.localId === 'l-2');
      await ana.socket.asks('leave_conversation', { conversationId: room._id });
      const echoes = ana.socket
        .all<{ message: Message }>('message_new')
        .filter(({ message }) => message._id === sent._id);
      expect(echoes).toHaveLength(1);
      expect(echoes[0]?.message.localId).toBe('l-2');
    });

    it('reaches every device of every member on both nodes', async () => {
      const devices = await Promise.all([world.connect('ana', 2), world.connect('ben', 1), world.connect('ben', 2)]);
      await Promise.all(devices.map(({ socket }) => socket.asks('join_conversation', { conversationId: room._id })));
      await ben.sends(room._id, 'to all of you', 'l-3');
      const all = [ana, ben, ...devices];
      const heard = await Promise.all(
        all.map(({ socket }) =>
          socket.hears<{ message: Message; localId?: string }>('message_new', (e) => textOf(e) === 'to all of you'),
        ),
      );
      expect(heard.map(({ localId }) => localId)).toEqual([undefined, 'l-3', undefined, 'l-3', 'l-3']);
    });

    it('takes dense places whatever node it comes from', async () => {
      const fresh = await ana.opens(['ben'], { isGroup: true, name: 'Dense' });
      const sent = await Promise.all(
        Array.from({ length: 60 }, (_, n) => (n % 2 ? ana : ben).sends(fresh._id, `m${n}`)),
      );
      expect(sent.map(({ seq }) => seq).sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, n) => n + 1));
    });

    it('keeps the order of one sender who does not wait for answers', async () => {
      const fresh = await ana.opens(['ben'], { isGroup: true });
      const sent = await Promise.all(Array.from({ length: 100 }, (_, n) => ana.sends(fresh._id, `${n}`)));
      expect(sent.map(({ seq }) => seq)).toEqual(Array.from({ length: 100 }, (_, n) => n + 1));
      await ben.socket.hears('message_new', (e: { message: Message }) => e.message._id === sent[99]?._id);
      const heard = ben.socket
        .all<{ message: Message }>('message_new')
        .filter(({ message }) => message.conversationId === fresh._id);
      expect(heard.map(({ message }) => message.seq)).toEqual(Array.from({ length: 100 }, (_, n) => n + 1));
    });

    it('keeps every sender’s order when two nodes clash', async () => {
      const fresh = await ana.opens(['ben'], { isGroup: true });
      const burst = (who: Chatter) =>
        Promise.all(Array.from({ length: 40 }, (_, n) => who.sends(fresh._id, `${who.id} ${n}`)));
      const both = await Promise.all([burst(ana), burst(ben)]);
      for (const sent of both) {
        const places = sent.map(({ seq }) => seq);
        expect(places).toEqual([...places].sort((a, b) => a - b));
      }
      const all = both.flat().map(({ seq }) => seq);
      expect(all.sort((a, b) => a - b)).toEqual(Array.from({ length: 80 }, (_, n) => n + 1));
    });

    it('sent again is answered as the first time, over any transport and node, and kept once', async () => {
      const first = await ana.sends(room._id, 'only once', 'again-1');
      const bySocket = await ana.sends(room._id, 'other words', 'again-1');
      const byRest = await world
        .someone('ana', 2)
        .post<Message>(`/conversations/${room._id}/messages`, { text: 'x', localId: 'again-1' });
      expect(bySocket).toEqual(first);
      expect(byRest.body.data).toEqual(first);
      expect(await world.db.collection('messages').countDocuments({ localId: 'again-1' })).toBe(1);
    });

    it('sent many times at once on two nodes is one message', async () => {
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          world
            .someone('ana', 1 + (n % 2))
            .post<Message>(`/conversations/${room._id}/messages`, { text: 'race', localId: 'race-1' }),
        ),
      );
      expect(new Set(answers.map(({ body }) => body.data._id)).size).toBe(1);
      expect(await world.db.collection('messages').countDocuments({ localId: 'race-1' })).toBe(1);
    });
  });

  describe('a refusal', () => {
    it('answers the ack of someone who is not a member, and keeps nothing', async () => {
      const eve = await world.connect('eve', 1);
      const answer = await eve.socket.answer('message_send', { conversationId: room._id, text: 'let me in' });
      expect(answer).toMatchObject({ ok: false, error: { code: 'NOT_A_MEMBER', retryable: false } });
      expect(await world.db.collection('messages').countDocuments({ senderId: 'eve' })).toBe(0);
      expect(eve.socket.all('error')).toEqual([]);
    });

    it('is an error event for a client without an ack', async () => {
      ana.socket.says('message_send', { conversationId: room._id, text: '' });
      expect(await ana.socket.hears('error')).toMatchObject({
        code: 'INVALID_INPUT',
        message: 'text must not be empty',
      });
    });

    it.each([
      ['no argument', undefined],
      ['an array', []],
      ['an operator for an id', { conversationId: { $ne: 1 }, text: 'x' }],
      ['an unknown field', { conversationId: '0123456789abcdef01234567', text: 'x', admin: true }],
      ['a number for a text', { conversationId: '0123456789abcdef01234567', text: 7 }],
    ])('says what is wrong with %s', async (_what, payload) => {
      const answer = await ana.socket.answer('message_send', ...(payload === undefined ? [] : [payload]));
      expect(answer).toMatchObject({ ok: false, error: { code: 'INVALID_INPUT' } });
    });

    it('answers an event that nobody knows', async () => {
      for (const event of ['message_explode', 'constructor', '__proto__']) {
        expect(await ana.socket.answer(event, {})).toMatchObject({ ok: false, error: { code: 'INVALID_INPUT' } });
      }
    });

    it('of a text of 5,001 characters is clear, and 5,000 families are one text', async () => {
      const family = '👨‍👩‍👧';
      expect(
        await ana.socket.answer('message_send', { conversationId: room._id, text: 'x'.repeat(5001) }),
      ).toMatchObject({
        error: { message: 'text must have at most 5000 characters' },
      });
      await expect(ana.sends(room._id, family.repeat(2000))).resolves.toMatchObject({ text: family.repeat(2000) });
    });

    it('tells a stranger’s handshake why', async () => {
      const url = `${world.urls[0]}/chat`;
      const refused = { data: { code: 'UNAUTHENTICATED', retryable: false } };
      await expect(TestSocket.connect(url)).rejects.toMatchObject(refused);
      await expect(TestSocket.connect(url, 'rubbish')).rejects.toMatchObject(refused);
      await expect(
        TestSocket.connect(url, tokenOf('ana', {}, 'another-secret-of-32-letters-or-more')),
      ).rejects.toMatchObject(refused);
      await expect(TestSocket.connect(url, `${tokenOf('ana')}`)).resolves.toBeDefined();
    });
  });

  describe('a conversation', () => {
    it('with one person is one, however often and wherever it is made at once', async () => {
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, n) =>
          world.someone(n % 4 < 2 ? 'cleo' : 'dan', 1 + (n % 2)).post<Conversation>('/conversations', {
            participantIds: ['cleo', 'dan'],
          }),
        ),
      );
      expect(new Set(answers.map(({ body }) => body.data._id)).size).toBe(1);
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
      expect(await world.db.collection('members').countDocuments({ userId: 'dan' })).toBe(1);
    });

    it('is listed newest first with its last message and what is unread', async () => {
      const fay = await world.connect('fay', 1);
      const older = await fay.opens(['ben']);
      const newer = await fay.opens(['ana']);
      await ben.sends(older._id, 'one');
      await ben.sends(older._id, 'two');
      const [first, second] = await until(async () => {
        const { data } = (await fay.get<Conversation[]>('/conversations')).body;
        return data[0]?.lastMessage?.text === 'two' ? data : undefined;
      });
      expect(first).toMatchObject({
        _id: older._id,
        unreadCounts: { fay: 2 },
        lastMessage: { seq: 2, senderId: 'ben' },
      });
      expect(second).toMatchObject({ _id: newer._id, unreadCounts: { fay: 0 }, lastMessage: null });
    });

    it('pages its list and its history without a gap', async () => {
      const gus = await world.connect('gus', 2);
      for (let n = 0; n < 5; n++) await gus.opens(['ana'], { isGroup: true, name: `g${n}` });
      const seen: string[] = [];
      for (let before = ''; ;) {
        const { body } = await gus.get<Conversation[]>(`/conversations?limit=2${before}`);
        seen.push(...body.data.map(({ name }) => name as string));
        if (!body.pagination?.hasMore) break;
        before = `&before=${body.pagination.before}`;
      }
      expect(seen.sort()).toEqual(['g0', 'g1', 'g2', 'g3', 'g4']);

      const group = await gus.opens(['ana'], { isGroup: true });
      for (let n = 1; n <= 5; n++) await gus.sends(group._id, `${n}`);
      const texts: string[] = [];
      for (let before = ''; ;) {
        const { body } = await gus.get<Message[]>(`/conversations/${group._id}/messages?limit=2${before}`);
        texts.push(...body.data.map(({ text }) => text));
        if (!body.pagination?.hasMore) break;
        before = `&before=${body.pagination.before}`;
      }
      expect(texts).toEqual(['5', '4', '3', '2', '1']);
    });

    it('tells its members what was read, exactly', async () => {
      const group = await ana.opens(['ben'], { isGroup: true });
      const sent = [await ana.sends(group._id, 'a'), await ana.sends(group._id, 'b'), await ana.sends(group._id, 'c')];
      const ids = sent.map(({ _id }) => _id);
      await ben.socket.asks('message_read', { conversationId: group._id, messageIds: [ids[1]] });
      const update = await ana.socket.hears('message_read_update', (e) => e.conversationId === group._id);
      expect(update).toEqual({ conversationId: group._id, userId: 'ben', messageIds: ids.slice(0, 2), upToSeq: 2 });
      const again = await ben.post(`/conversations/${group._id}/mark-read`);
      expect(again.body.data).toMatchObject({ upToSeq: 3, messageIds: [ids[2]] });
      const history = await ana.get<Message[]>(`/conversations/${group._id}/messages`);
      expect(history.body.data.map(({ readBy }) => readBy.sort())).toEqual([
        ['ana', 'ben'],
        ['ana', 'ben'],
        ['ana', 'ben'],
      ]);
    });

    it('shows who is typing to the others, and ends it when the socket closes', async () => {
      const hal = await world.connect('hal', 2);
      const talk = await hal.opens(['ana']);
      await hal.socket.asks('typing', { conversationId: talk._id, isTyping: true });
      const of = (isTyping: boolean) => (e: Record<string, unknown>) =>
        e.conversationId === talk._id && e.isTyping === isTyping;
      expect(await ana.socket.hears('typing', of(true))).toEqual({
        conversationId: talk._id,
        userId: 'hal',
        isTyping: true,
      });
      hal.socket.close();
      await ana.socket.hears('typing', of(false));
      expect(hal.socket.all('typing')).toEqual([]);
    });

    it('shows its participants, and nothing to others', async () => {
      const { body } = await ana.get(`/conversations/${room._id}/participants`);
      expect(body.data).toMatchObject([
        { id: 'ana', name: 'Ana', role: 'member' },
        { id: 'ben', name: 'Ben' },
      ]);
      const eve = world.someone('eve', 2);
      for (const path of ['', '/participants', '/messages']) {
        expect(await eve.get(`/conversations/${room._id}${path}`)).toMatchObject({
          status: 403,
          body: { code: 'NOT_A_MEMBER' },
        });
      }
    });
  });
});

/** Asks until it is so; heads are written a moment after the ack. */
async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + 5000; Date.now() < end;) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('it never came to be so');
}
