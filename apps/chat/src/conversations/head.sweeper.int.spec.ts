import { Types } from 'mongoose';
import type { Conversation } from '@app/contracts/shapes.js';
import { chatWorld, type ChatWorld } from '../chat.world.suite.js';
import { HeadSweeper } from './head.sweeper.js';

let world: ChatWorld;

beforeAll(async () => {
  world = await chatWorld(1);
});
afterAll(() => world.close());

it('a head that a dead node did not write is repaired, with the mark of its sender, and others stay', async () => {
  const sweeper = world.apps[0]?.get(HeadSweeper) as HeadSweeper;
  const ana = await world.connect('ana');
  const [lost, fine] = [await ana.opens(['ben']), await ana.opens(['cleo'])];
  await sweeper.sweep(Date.now());
  for (const { _id } of [lost, fine]) for (const text of ['one', 'two', 'three']) await ana.sends(_id, text);
  await world.headsOf(1);
  const conversations = world.db.collection('conversations');
  const _id = new Types.ObjectId(lost._id);
  await conversations.updateOne({ _id }, { $set: { 'head.seq': 1, 'head.text': 'one' } });
  await world.db.collection('members').updateOne({ conversationId: _id, userId: 'ana' }, { $set: { readSeq: 1 } });
  const untouched = await conversations.findOne({ _id: new Types.ObjectId(fine._id) });

  // As much later as it takes for a head to count as lost.
  await sweeper.sweep(Date.now() + 60_000);

  const { data } = (await ana.get<Conversation>(`/conversations/${lost._id}`)).body;
  expect(data).toMatchObject({ lastMessage: { seq: 3, text: 'three' }, unreadCounts: { ana: 0 } });
  expect(await conversations.findOne({ _id: new Types.ObjectId(fine._id) })).toEqual(untouched);
});
