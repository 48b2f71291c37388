import { CheckpointRepository } from '@app/common/events/checkpoint.repository.js';
import { keys } from '@app/common/redis/keys.js';
import type { EventType, PublishedEvent } from '@app/contracts/events.js';
import type { Message } from '@app/contracts/shapes.js';
import type { Chatter } from '../chat.world.suite.js';
import { EventOutlet } from './event.outlet.js';
import { publishingWorld, type PublishingWorld } from './publishing.suite.js';

const SIBLINGS = [
  'conversation.created',
  'conversation.updated',
  'message.updated',
  'message.deleted',
  'message.read',
] as const;

let world: PublishingWorld;
let ana: Chatter;
let ben: Chatter;
let roomId: string;

beforeAll(async () => {
  world = await publishingWorld();
  ana = await world.connect('ana', 1);
  ben = await world.connect('ben', 2);
});
beforeEach(async () => {
  await world.observer.flushall();
  await world.settled();
  roomId = (await ana.opens(['ben'], { isGroup: true, name: 'Team', propertyId: 'p-1' }))._id;
});
afterAll(() => world.close());

const place = { conversation: { id: expect.any(String), kind: 'group', name: 'Team' }, participantCount: 2 };

/** This room's events of a type. */
const told = async <T extends EventType>(type: T) =>
  (await world.published(type)).filter(({ subject }) => subject === roomId);

/** This room's latest event of a type, as soon as there is one, or one more than before. */
async function last<T extends EventType>(type: T, before = 0): Promise<PublishedEvent<T>> {
  for (;;) {
    const events = await told(type);
    const event = events.at(-1);
    if (event && events.length > before) return event;
  }
}

/** Everything happens once: two messages, an edit, a deletion, a reading, somebody comes. */
async function everything(): Promise<{ first: Message; second: Message }> {
  const first = await ana.sends(roomId, 'frist');
  const second = await ana.sends(roomId, 'second');
  await ana.socket.asks('message_edit', { messageId: first._id, newText: 'first' });
  await ana.socket.asks('message_delete', { messageId: second._id });
  await ben.socket.asks('message_read', { conversationId: roomId, messageIds: [first._id] });
  await ana.post(`/conversations/${roomId}/participants`, { participantIds: ['cem'] });
  for (const type of SIBLINGS) await last(type);
  return { first, second };
}

describe('what else happened', () => {
  it('is told: a conversation began', async () => {
    const event = await last('conversation.created');
    expect(event).toMatchObject({
      id: `${roomId}.created`,
      source: 'chat-service',
      data: { ...place, createdBy: 'ana', propertyId: 'p-1' },
    });
    expect(event.data.participantIds.toSorted()).toEqual(['ana', 'ben']);
  });

  it('is told: a message was edited, one deleted, somebody came', async () => {
    const { first, second } = await everything();
    expect(await last('message.updated')).toMatchObject({
      data: { ...place, message: { _id: first._id, text: 'first' }, change: 1 },
    });
    expect(await last('message.deleted')).toMatchObject({
      data: { ...place, messageId: second._id, deletedBy: 'ana', change: 2 },
    });
    expect(await last('conversation.updated')).toMatchObject({
      data: { ...place, participantCount: 3, addedIds: ['cem'], removedIds: [], updatedBy: 'ana', seq: 3 },
    });
  });

  it('is told once: reading again is no event', async () => {
    const said = await ana.sends(roomId, 'read me');
    await ben.socket.asks('message_read', { conversationId: roomId, messageIds: [said._id] });
    await ben.socket.asks('message_read', { conversationId: roomId, messageIds: [said._id] });
    const { data } = await last('message.read');
    expect(data).toMatchObject({ ...place, userId: 'ben', upToSeq: said.seq, messageIds: [said._id] });
    expect(await told('message.read')).toHaveLength(1);
  });

  it('to one message twice, is two events', async () => {
    const { _id: messageId } = await ana.sends(roomId, 'one');
    for (const newText of ['two', 'three']) await ana.socket.asks('message_edit', { messageId, newText });
    await last('message.updated', 1);
    expect((await told('message.updated')).map(({ id }) => id)).toEqual([1, 2].map((n) => `${messageId}.updated.${n}`));
  });
});

describe('when Redis has lost its data', () => {
  it('each event comes again, the same but for its mark, and for what only its first time knew', async () => {
    await everything();
    const before = new Map<string, PublishedEvent>();
    for (const type of SIBLINGS) before.set(type, await last(type));
    await world.observer.flushall();
    await world.settled();
    for (const type of SIBLINGS) {
      const events = await told(type);
      const first = before.get(type) as PublishedEvent;
      expect(events).toMatchObject([{ id: first.id, type, replayed: true }]);
      // As the conversation is now: cem was not there from the beginning.
      const now = { participantCount: expect.any(Number), participantIds: expect.any(Array) };
      const known = { ...now, ...(type === 'message.read' && { messageIds: [] }) };
      const message = { message: expect.objectContaining({ text: 'first' }) };
      expect(events[0]?.data).toEqual({ ...first.data, ...known, ...('message' in first.data && message) });
      if (type !== 'message.read') expect(events[0]?.time).toBe(first.time);
    }
  });
});

describe('an event that its node never published', () => {
  /** Nothing of the nodes reaches Redis, as if they died between keeping and publishing. */
  const silenced = async (work: () => Promise<unknown>) => {
    const outlets = world.apps.map((app) => app.get(EventOutlet));
    const spies = outlets.map((outlet) => jest.spyOn(outlet, 'publish').mockReturnValue(undefined));
    try {
      await work();
    } finally {
      for (const spy of spies) spy.mockRestore();
    }
  };

  it('comes from another, when the node has died', async () => {
    const { _id: messageId } = await ana.sends(roomId, 'one');
    await world.settled();
    await silenced(() => ana.socket.asks('message_edit', { messageId, newText: 'two' }));
    expect(await told('message.updated')).toEqual([]);
    await world.observer.zadd(keys.nodes(), Date.now() - 1, 'chat-9~dead');
    expect(await last('message.updated')).toMatchObject({ replayed: true, data: { message: { text: 'two' } } });
  });

  it('comes when the change was kept, and what followed failed, and so did taking note of that at first', async () => {
    const { _id: messageId } = await ana.sends(roomId, 'one');
    await world.settled();
    const outlet = world.apps[0]?.get(EventOutlet) as EventOutlet;
    const publishing = jest.spyOn(outlet, 'publish').mockImplementationOnce(() => {
      throw new Error('MongoDB has gone away after the commit');
    });
    const checkpoints = world.apps[0]?.get(CheckpointRepository) as CheckpointRepository;
    const noting = jest.spyOn(checkpoints, 'goBack').mockRejectedValueOnce(new Error('MongoDB is still away'));
    await expect(ana.socket.asks('message_delete', { messageId })).rejects.toThrow();
    publishing.mockRestore();
    expect(await last('message.deleted')).toMatchObject({ replayed: true, data: { messageId, deletedBy: 'ana' } });
    expect(noting).toHaveBeenCalled();
    noting.mockRestore();
  });
});

// At the end: whatever is published again from here on takes longer.
describe('much that is published again', () => {
  it('many changes come in their order in each conversation, over all pages', async () => {
    const other = (await ana.opens(['ben'], { isGroup: true, name: 'Other' }))._id;
    const id = (hex: string) => new world.db.base.Types.ObjectId(hex);
    const [one, two] = [await ana.sends(roomId, 'here'), await ana.sends(other, 'there')];
    const rows = Array.from({ length: 1200 }, (_, index) => {
      const [conversationId, messageId] = index % 2 ? [other, two._id] : [roomId, one._id];
      const n = Math.floor(index / 2) + 1;
      return { conversationId: id(conversationId), messageId: id(messageId), n, kind: 'message.updated', by: 'ana' };
    });
    await world.db.collection('changes').insertMany(rows.map((row) => ({ ...row, createdAt: new Date() })));
    await world.observer.flushall();
    await world.settled();
    for (const room of [roomId, other]) {
      const events = (await world.published('message.updated')).filter(({ subject }) => subject === room);
      // Twice where Redis was slow.
      const changes = new Set(events.map(({ data }) => data.change));
      expect([...changes]).toEqual(Array.from({ length: 600 }, (_, n) => n + 1));
    }
  });

  it('many marks and conversations of one second come, over all pages', async () => {
    const id = () => new world.db.base.Types.ObjectId();
    const said = { kind: 'group', createdBy: 'eve', participantIds: ['eve'], participantCount: 1, headAt: new Date() };
    const rows = Array.from({ length: 1300 }, () => ({ _id: id(), ...said, createdAt: new Date() }));
    await world.db.collection('conversations').insertMany(rows);
    const marks = rows.map(({ _id: conversationId, createdAt: readAt }) => ({ conversationId, readAt, userId: 'eve' }));
    await world.db.collection('members').insertMany(marks.map((mark) => ({ ...mark, readSeq: 7, joinedSeq: 0 })));
    await world.observer.flushall();
    await world.settled();
    const made = (await world.published('conversation.created')).filter(({ data }) => data.createdBy === 'eve');
    expect(new Set(made.map(({ subject }) => subject))).toEqual(new Set(rows.map(({ _id }) => _id.toHexString())));
    const read = (await world.published('message.read')).filter(({ data }) => data.userId === 'eve');
    expect(new Set(read.map(({ subject }) => subject)).size).toBe(1300);
    expect(read[0]?.data).toMatchObject({ upToSeq: 7, messageIds: [] });
  });
});
