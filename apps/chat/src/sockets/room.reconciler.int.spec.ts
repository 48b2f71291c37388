import { Types } from 'mongoose';
import type { Message } from '@app/contracts/shapes.js';
import { startTestRedis, type TestRedis } from '@app/testing/engines.js';
import { chatWorld, type ChatWorld, type Chatter } from '../chat.world.suite.js';
import { FanOut } from './fan-out.js';
import { RoomReconciler } from './room.reconciler.js';
import { rooms } from './rooms.js';

let world: ChatWorld;
let again: TestRedis | undefined;
let ana: Chatter;
let ben: Chatter;

beforeAll(async () => {
  world = await chatWorld(2);
  ana = await world.connect('ana', 1);
  ben = await world.connect('ben', 2);
});
afterAll(async () => {
  await world.close();
  await again?.stop();
});

const passes = (most = 1000) => world.apps[0]?.get(RoomReconciler).pass(most);
const isOf = (conversationId: string) => (e: Record<string, unknown>) => e.conversationId === conversationId;

/** Ben types until ana hears it. */
async function anaHears(conversationId: string): Promise<void> {
  const types = () => ben.socket.says('typing', { conversationId, isTyping: true });
  types();
  const again = setInterval(types, 200);
  await ana.socket.hears('typing', isOf(conversationId)).finally(() => clearInterval(again));
}

it('a member whose coming was missed hears the conversation after the next pass', async () => {
  const { _id } = await ben.opens(['cleo'], { isGroup: true });
  await world.db.collection('members').insertOne({
    conversationId: new Types.ObjectId(_id),
    userId: 'ana',
    role: 'member',
    joinedSeq: 0,
    readSeq: 0,
    createdAt: new Date(),
  });
  await passes();
  await anaHears(_id);
});

it('a member whose leaving was missed hears no more, and keeps the other rooms', async () => {
  const [left, kept] = [await ben.opens(['ana'], { isGroup: true }), await ben.opens(['ana'], { isGroup: true })];
  await world.db.collection('members').deleteOne({ conversationId: new Types.ObjectId(left._id), userId: 'ana' });
  await passes();
  ben.socket.says('typing', { conversationId: left._id, isTyping: true });
  await anaHears(kept._id);
  expect(ana.socket.all('typing').filter(isOf(left._id))).toEqual([]);
});

it('passes take turns, so that everyone is compared', async () => {
  const people = await Promise.all(['p1', 'p2', 'p3'].map((id) => world.connect(id, 1)));
  const room = await ben.opens(['p1', 'p2', 'p3'], { isGroup: true });
  const members = world.db.collection('members');
  await Promise.all(people.map(({ socket }) => socket.asks('join_conversation', { conversationId: room._id })));
  await members.deleteMany({ conversationId: new Types.ObjectId(room._id), userId: { $in: ['p1', 'p2', 'p3'] } });
  for (let turn = 0; turn < 4; turn++) await passes(1);
  const kept = await ben.opens(['p1', 'p2', 'p3'], { isGroup: true });
  ben.socket.says('typing', { conversationId: room._id, isTyping: true });
  ben.socket.says('typing', { conversationId: kept._id, isTyping: true });
  await Promise.all(people.map(({ socket }) => socket.hears('typing', isOf(kept._id))));
  expect(people.flatMap(({ socket }) => socket.all('typing').filter(isOf(room._id)))).toEqual([]);
});

it('everyone is compared within ten turns, however many they are', async () => {
  const people = await Promise.all(Array.from({ length: 25 }, (_, n) => world.connect(`q${n}`, 1)));
  const ids = people.map(({ id }) => id);
  const room = await ben.opens(ids, { isGroup: true });
  await Promise.all(people.map(({ socket }) => socket.asks('join_conversation', { conversationId: room._id })));
  await world.db.collection('members').deleteMany({ conversationId: new Types.ObjectId(room._id) });
  for (let turn = 0; turn < 10; turn++) await world.apps[0]?.get(RoomReconciler).turn();
  const kept = await ben.opens(ids, { isGroup: true });
  const { _id } = await ben.sends(kept._id, 'mark');
  await Promise.all(
    people.map(({ socket }) => socket.hears('message_new', (e: { message: Message }) => e.message._id === _id)),
  );
  const still = world.apps[0]?.get(FanOut).namespaces()[0]?.adapter.rooms.get(rooms.conversation(room._id));
  expect(still ?? new Set()).toEqual(new Set());
});

it('who became a member while the bus was away hears the conversation when it is back', async () => {
  await world.redis.stop();
  const { _id } = await ben.opens(['ana'], { isGroup: true });
  again = await startTestRedis(world.redis.port);
  await anaHears(_id);
});
