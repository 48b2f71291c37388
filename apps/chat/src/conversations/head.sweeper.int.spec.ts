import { jest } from '@jest/globals';
import { Types } from 'mongoose';
import { timeOf } from '@app/common/events/id-time.js';
import type { Conversation } from '@app/contracts/shapes.js';
import { chatWorld, type ChatWorld } from '../chat.world.suite.js';
import { MessageRepository } from '../messages/message.repository.js';
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

it('a head that was repaired late does not jump to the top, and everyone’s own messages are read again', async () => {
  const sweeper = world.apps[0]?.get(HeadSweeper) as HeadSweeper;
  const [dan, eve] = [await world.connect('dan'), await world.connect('eve')];
  const [lost, newer] = [await dan.opens(['eve']), await dan.opens(['fay'])];
  await sweeper.sweep(Date.now());
  await eve.sends(lost._id, 'one');
  await dan.sends(lost._id, 'two');
  await dan.sends(newer._id, 'later');
  await world.headsOf(1);
  const _id = new Types.ObjectId(lost._id);
  await world.db.collection('conversations').updateOne({ _id }, { $unset: { head: 1 }, $set: { headAt: new Date(0) } });
  await world.db.collection('members').updateMany({ conversationId: _id }, { $set: { readSeq: 0 } });

  await sweeper.sweep(Date.now() + 60_000);

  const { data } = (await dan.get<Conversation[]>('/conversations')).body;
  expect(data.map((conversation) => conversation._id)).toEqual([newer._id, lost._id]);
  expect(data[1]).toMatchObject({ lastMessage: { seq: 2, text: 'two' }, unreadCounts: { dan: 0 } });
  const { data: ofEve } = (await eve.get<Conversation>(`/conversations/${lost._id}`)).body;
  expect(ofEve.unreadCounts).toMatchObject({ eve: 1 });
});

it('what was swept half a minute ago is hardly read again', async () => {
  const sweeper = world.apps[0]?.get(HeadSweeper) as HeadSweeper;
  const messages = world.apps[0]?.get(MessageRepository) as MessageRepository;
  const read = jest.spyOn(messages, 'placesBetween');
  const now = Date.now() + 120_000;
  await sweeper.sweep(now);
  await sweeper.sweep(now + 30_000);
  const [{ after, before }] = read.mock.lastCall as Parameters<MessageRepository['placesBetween']>;
  expect(timeOf(before) - timeOf(after)).toBeLessThanOrEqual(41_000);
});
