import { Redis } from 'ioredis';
import type { Conversation, Message } from '@app/contracts/shapes.js';
import { chatWorld, type ChatWorld, type Chatter } from '../../chat.world.suite.js';

let world: ChatWorld;
let redis: Redis;
let ana: Chatter;
let ben: Chatter;

beforeAll(async () => {
  world = await chatWorld(2, {
    MESSAGE_EDIT_WINDOW_MINUTES: '2',
    SOCKET_PING_INTERVAL: '24000',
    SOCKET_PING_TIMEOUT: '19000',
  });
  redis = new Redis(world.redis.url);
  [ana, ben] = [await world.connect('ana', 1), await world.connect('ben', 2)];
});
afterAll(async () => {
  redis.disconnect();
  await world.close();
});

const of = (room: Conversation) => (e: { conversationId?: string }) => e.conversationId === room._id;
const group = (more: object = {}) => ana.opens(['ben'], { isGroup: true, ...more });
const history = async (who: Chatter, room: Conversation, query = '') =>
  (await who.get<Message[]>(`/conversations/${room._id}/messages${query}`)).body;

describe('the root', () => {
  const asked = async (path: string) => (await fetch(`${world.urls[0]}${path}`)).json() as Promise<object>;

  it('says without a token what the service is, and that it is well', async () => {
    expect(await asked('/')).toMatchObject({
      service: 'chat-service',
      namespace: '/chat',
      docs: '/api',
      health: '/health',
    });
    expect(await asked('/health')).toMatchObject({ status: 'ok', service: 'chat-service', node: 'chat-1' });
  });

  it('opens sockets with the pings and the payload of the settings, under an id that names the node', async () => {
    const opened = await (await fetch(`${world.urls[1]}/socket.io/?EIO=4&transport=polling`)).text();
    expect(JSON.parse(opened.slice(1))).toMatchObject({
      sid: expect.stringMatching(/^chat-2\./) as string,
      pingInterval: 24_000,
      pingTimeout: 19_000,
      maxPayload: 65_536,
    });
  });
});

describe('a conversation', () => {
  const open = (participantIds: string[], more: object = {}) =>
    ana.post<Conversation>('/conversations', { participantIds, ...more });

  it('with one person is new, then the same, oneself named or not, and takes the first property it is given', async () => {
    const [first, second] = [await open(['pia']), await open(['ana', 'pia'], { propertyId: 'flat-1' })];
    const third = await open(['pia'], { propertyId: 'flat-2' });
    expect([first.status, second.status, third.status]).toEqual([201, 200, 200]);
    expect(new Set([first, second, third].map(({ body }) => body.data._id)).size).toBe(1);
    expect([first, second, third].map(({ body }) => body.data.propertyId)).toEqual([undefined, 'flat-1', 'flat-1']);
  });

  it('takes people whom nobody has seen yet; their record fills in when they come', async () => {
    const { _id } = (await open(['zoe'])).body.data;
    const names = async () => (await ana.get<{ name: string }[]>(`/conversations/${_id}/participants`)).body.data;
    expect(await names()).toMatchObject([{ name: 'Ana' }, { name: 'zoe' }]);
    await world.connect('zoe', 1);
    expect(await names()).toMatchObject([{ name: 'Ana' }, { name: 'Zoe' }]);
  });

  it('as a group needs no name, and is new each time', async () => {
    const [one, two] = [await open(['ben'], { isGroup: true }), await open(['ben'], { isGroup: true })];
    expect([one.status, two.status]).toEqual([201, 201]);
    expect(one.body.data._id).not.toBe(two.body.data._id);
  });

  it('looks on the wire as documented', async () => {
    const room = await group({ name: 'Shape', propertyId: 'flat-7' });
    expect(room).toEqual({
      _id: expect.stringMatching(/^[0-9a-f]{24}$/) as string,
      participantIds: ['ana', 'ben'],
      participantCount: 2,
      isGroup: true,
      name: 'Shape',
      propertyId: 'flat-7',
      lastMessage: null,
      unreadCounts: { ana: 0 },
      createdAt: expect.any(String) as string,
      updatedAt: expect.any(String) as string,
    });
    const sent = await ana.sends(room._id, 'preview');
    await world.headsOf(1);
    const { data } = (await ben.get<Conversation>(`/conversations/${room._id}`)).body;
    expect(data.lastMessage).toEqual({
      _id: sent._id,
      seq: 1,
      text: 'preview',
      senderId: 'ana',
      createdAt: sent.createdAt,
    });
    expect(data.unreadCounts).toEqual({ ben: 1 });
  });
});

describe('a message', () => {
  it('looks on the wire as documented, and only its sender sees the localId', async () => {
    const room = await group();
    const sent = await ana.sends(room._id, 'shape', 'shape-1');
    const shape = {
      _id: expect.stringMatching(/^[0-9a-f]{24}$/) as string,
      conversationId: room._id,
      seq: 1,
      senderId: 'ana',
      sender: { id: 'ana', name: 'Ana' },
      text: 'shape',
      attachments: [],
      meta: { edited: false, editedAt: null },
      readBy: ['ana'],
      createdAt: expect.any(String) as string,
    };
    expect(sent).toEqual({ ...shape, localId: 'shape-1' });
    expect((await history(ana, room)).data).toEqual([{ ...shape, localId: 'shape-1' }]);
    expect((await history(ben, room)).data).toEqual([shape]);
  });

  it('is one of fifty on a page unless asked otherwise', async () => {
    const room = await group();
    for (let n = 0; n < 51; n++) await ana.sends(room._id, `${n}`);
    const page = await history(ben, room);
    expect([page.data.length, page.pagination?.hasMore]).toEqual([50, true]);
    expect((await history(ben, room, `?limit=50&before=${page.data.at(-1)?._id}`)).data).toHaveLength(1);
  });

  it('may be edited for as long as the setting says', async () => {
    const room = await group();
    const [fresh, old] = [await ana.sends(room._id, 'fresh'), await ana.sends(room._id, 'three minutes old')];
    const threeMinutesAgo = new Date(Date.now() - 3 * 60_000);
    await world.db.collection('messages').updateOne({ text: old.text }, { $set: { createdAt: threeMinutesAgo } });
    await ana.socket.asks('message_edit', { messageId: fresh._id, newText: 'fresher' });
    expect(await ana.socket.answer('message_edit', { messageId: old._id, newText: 'new' })).toMatchObject({
      error: { code: 'FORBIDDEN', message: 'A message can be edited for 2 minutes.' },
    });
  });
});

describe('joining and leaving', () => {
  it('is confirmed by joined_conversation, with an ack and without', async () => {
    const [one, two] = [await group(), await group()];
    expect(await ben.socket.asks('join_conversation', { conversationId: one._id })).toEqual({
      conversationId: one._id,
    });
    ben.socket.says('join_conversation', { conversationId: two._id });
    for (const room of [one, two]) {
      expect(await ben.socket.hears('joined_conversation', of(room))).toEqual({ conversationId: room._id });
    }
  });

  it('ends typing there, while messages go on arriving', async () => {
    const room = await group();
    await ben.socket.asks('join_conversation', { conversationId: room._id });
    await ana.socket.asks('join_conversation', { conversationId: room._id });
    await ben.socket.asks('typing', { conversationId: room._id, isTyping: true });
    await ben.socket.asks('leave_conversation', { conversationId: room._id });
    const last = await ben.sends(room._id, 'said after leaving');
    await ana.socket.hears('message_new', (e: { message: Message }) => e.message._id === last._id);
    const typing = ana.socket.all<{ conversationId: string; isTyping: boolean }>('typing').filter(of(room));
    expect(typing.map(({ isTyping }) => isTyping)).toEqual([true, false]);
    const sent = await ana.sends(room._id, 'still for you');
    await ben.socket.hears('message_new', (e: { message: Message }) => e.message._id === sent._id);
  });
});

describe('reading', () => {
  it('over REST is told as over the socket: the newly read, at most a hundred, and how far', async () => {
    const room = await group();
    await ana.socket.asks('join_conversation', { conversationId: room._id });
    const sent: Message[] = [];
    for (let n = 1; n <= 105; n++) sent.push(await ana.sends(room._id, `${n}`));
    const ids = sent.map(({ _id }) => _id);
    const path = `/conversations/${room._id}/messages/mark-read`;
    expect(await ben.post(path, { messageIds: [ids[1], ids[0]] })).toMatchObject({
      status: 200,
      body: { data: { messageIds: ids.slice(0, 2), upToSeq: 2 } },
    });
    const updates = () =>
      ana.socket.all<{ conversationId: string; upToSeq: number }>('message_read_update').filter(of(room));
    await ana.socket.hears('message_read_update', of(room));
    expect(updates()).toEqual([{ conversationId: room._id, userId: 'ben', messageIds: ids.slice(0, 2), upToSeq: 2 }]);
    await ben.post(`/conversations/${room._id}/mark-read`);
    await ana.socket.hears(
      'message_read_update',
      (e: { upToSeq: number }) => of(room)(e as object) && e.upToSeq === 105,
    );
    expect(updates()[1]).toEqual({
      conversationId: room._id,
      userId: 'ben',
      messageIds: ids.slice(5),
      upToSeq: 105,
    });
    await ben.post(path, { messageIds: [ids[7]] });
    const { unreadCounts } = (await ben.get<Conversation>(`/conversations/${room._id}`)).body.data;
    expect([updates().length, unreadCounts]).toEqual([2, { ben: 0 }]);
  });

  it('is what sending does: one’s own message has read what came before it', async () => {
    const room = await group();
    await ana.sends(room._id, 'one');
    await ana.sends(room._id, 'two');
    const answer = await ben.sends(room._id, 'three');
    await world.headsOf(2);
    expect((await ben.get<Conversation>(`/conversations/${room._id}`)).body.data).toMatchObject({
      unreadCounts: { ben: 0 },
      lastMessage: { _id: answer._id },
    });
    expect((await history(ana, room)).data.map(({ readBy }) => readBy.includes('ben'))).toEqual([true, true, true]);
  });
});

describe('Redis', () => {
  it('holds s4’s keys, and after a busy run nothing but streams lasts for ever', async () => {
    const room = await group();
    const cleo = await world.connect('cleo', 2);
    await cleo.opens(['ana']);
    await ana.post(`/conversations/${room._id}/participants`, { participantIds: ['cleo'] });
    for (const who of [ana, ben, cleo]) {
      await who.socket.asks('join_conversation', { conversationId: room._id });
      await who.socket.asks('typing', { conversationId: room._id, isTyping: true });
      await who.socket.asks('presence_subscribe', { userId: 'ana' });
      const sent = await who.sends(room._id, `busy ${who.id}`);
      await who.socket.asks('message_edit', { messageId: sent._id, newText: 'busier' });
      await who.socket.asks('message_read', { conversationId: room._id, messageIds: [sent._id] });
      await who.socket.asks('message_delete', { messageId: sent._id });
    }
    await ana.delete(`/conversations/${room._id}/participants/cleo`);
    cleo.socket.close();
    await world.stop(2);
    const names = await redis.keys('*');
    expect(names).toEqual(
      expect.arrayContaining([
        'user:ana:sockets',
        'user:ana:online',
        `socket:${ana.socket.socket.id}:user`,
        'rate:message:ana',
      ]),
    );
    expect([await redis.get(`socket:${ana.socket.socket.id}:user`), await redis.get('user:ana:online')]).toEqual([
      'ana',
      '1',
    ]);
    const lasting: string[] = [];
    for (const name of names) if ((await redis.pttl(name)) === -1) lasting.push(name);
    expect(lasting.filter((name) => !/^events:[a-z.]+:stream$/.test(name))).toEqual([]);
    expect(lasting).toContain('events:message.created:stream');
  });
});
