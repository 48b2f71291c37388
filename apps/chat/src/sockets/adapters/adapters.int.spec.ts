import { Redis } from 'ioredis';
import type { Conversation, Message } from '@app/contracts/shapes.js';
import { startTestRedis, type TestRedis } from '@app/testing/engines.js';
import { chatWorld, type ChatWorld, type Chatter } from '../../chat.world.suite.js';
import { Lanes } from '../../lanes/lanes.js';

describe.each(['sharded', 'classic'])('the %s adapter', (SOCKET_ADAPTER) => {
  let world: ChatWorld;
  let again: TestRedis | undefined;
  let ana: Chatter;
  let ben: Chatter;
  let far: Chatter;
  let room: Conversation;

  beforeAll(async () => {
    world = await chatWorld(2, { SOCKET_ADAPTER });
    [ana, ben, far] = [await world.connect('ana', 1), await world.connect('ben', 1), await world.connect('far', 2)];
    room = await ana.opens(['ben', 'far'], { isGroup: true });
    await Promise.all(
      [ana, ben, far].map(({ socket }) => socket.asks('join_conversation', { conversationId: room._id })),
    );
  });
  afterAll(async () => {
    await world.close();
    await again?.stop();
  });

  const says = (text: string) => (e: { message: Message }) => e.message.text === text;

  it('is the one that the setting names', async () => {
    const redis = new Redis(world.redis.url);
    expect(await redis.call('PUBSUB', 'NUMPAT')).toBe(SOCKET_ADAPTER === 'classic' ? 2 : 0);
    redis.disconnect();
  });

  it('tells another node where a conversation stands', async () => {
    const raise = jest.spyOn(world.apps[1]?.get(Lanes) as Lanes, 'raise');
    const { seq } = await ana.sends(room._id, 'where it stands');
    await far.socket.hears('message_new', says('where it stands'));
    expect(raise).toHaveBeenCalledWith(room._id, expect.objectContaining({ seq }), expect.any(Number));
    const own = jest.spyOn(world.apps[0]?.get(Lanes) as Lanes, 'raise');
    await ana.sends(room._id, 'my own');
    await far.socket.hears('message_new', says('my own'));
    expect(own).not.toHaveBeenCalled();
  });

  it('delivers on its own node, and lets newcomers in there, while Redis hangs; the rest follows', async () => {
    world.redis.freeze();
    try {
      await ana.sends(room._id, 'into the cold');
      await ben.socket.hears('message_new', says('into the cold'));
      const fresh = await ana.opens(['ben'], { isGroup: true });
      ana.socket.says('typing', { conversationId: fresh._id, isTyping: true });
      await ben.socket.hears('typing', (e) => e.conversationId === fresh._id);
      expect(far.socket.all<{ message: Message }>('message_new').some(says('into the cold'))).toBe(false);
    } finally {
      world.redis.thaw();
    }
    await far.socket.hears('message_new', says('into the cold'));
  });

  it('delivers on its own node without Redis, and to all when Redis is back', async () => {
    await world.redis.stop();
    await ana.sends(room._id, 'without Redis');
    await ben.socket.hears('message_new', says('without Redis'));
    await ana.opens(['ben', 'far'], { isGroup: true });
    await ana.sends(room._id, 'and on');
    await ben.socket.hears('message_new', says('and on'));
    again = await startTestRedis(world.redis.port);
    const tick = setInterval(() => ana.socket.says('typing', { conversationId: room._id, isTyping: true }), 200);
    await far.socket.hears('typing', (e) => e.conversationId === room._id);
    clearInterval(tick);
  });
});
