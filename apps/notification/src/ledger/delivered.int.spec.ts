import { Types } from 'mongoose';
import { check } from '@app/testing/checker/checker.js';
import type { Send } from '@app/testing/checker/history.js';
import type { Pace } from '../pace.js';
import { messageCreated, notificationWorld, type World } from '../world.suite.js';

const PEOPLE = ['ana', 'ben', 'cem'];

let world: World;
let conversationId: Types.ObjectId;
let sends: Send[];

beforeAll(async () => {
  world = await notificationWorld();
});
beforeEach(async () => {
  for (const name of ['messages', 'ledger', 'checkpoints', 'push_attempts', 'devices', 'members'])
    await world.db.collection(name).deleteMany({});
  await world.client.flushall();
  sends = [];
  conversationId = new Types.ObjectId();
  const group = { _id: conversationId, kind: 'group', name: 'Team', participantCount: PEOPLE.length };
  await world.db.collection('conversations').insertOne(group);
  const now = new Date();
  for (const userId of PEOPLE) {
    const about = { platform: 'android', provider: 'fcm', token: `${userId}s-token` };
    await world.db.collection('members').insertOne({ conversationId, userId, joinedSeq: 0, readSeq: 0 });
    await world.devices.insertOne({ _id: `${userId}s`, userId, ...about, tokenUpdatedAt: now, lastSeenAt: now });
  }
});
afterEach(() => world.closeAll());
afterAll(() => world.end());

/** Ana and Ben take turns; each message is kept, and Redis has taken its XADD when it is acked. */
async function says(count: number): Promise<Send[]> {
  for (let n = 0; n < count; n++) {
    const seq = sends.length + 1;
    const senderId = PEOPLE[seq % 2] as string;
    const said = { from: senderId, to: PEOPLE, text: `text ${seq}`, seq, conversationId: conversationId.toHexString() };
    const event = messageCreated({ ...said, group: 'Team', participantCount: PEOPLE.length });
    const { _id, createdAt, attachments } = event.data.message;
    const message = { conversationId, seq, senderId, text: said.text, attachments };
    await world.db
      .collection('messages')
      .insertOne({ _id: new Types.ObjectId(_id), ...message, createdAt: new Date(createdAt) });
    await world.publish(event);
    const { text, conversationId: id } = said;
    const at = { startedAt: seq * 2, endedAt: seq * 2 + 1, outcome: 'acked' } as const;
    sends.push({ conversationId: id, senderId, session: senderId, text, node: '1', ...at, messageId: _id, seq });
  }
  return sends.slice(-count);
}

/** What the checker says of what is kept and pushed by now. */
async function verdict(): Promise<string[]> {
  const kept = sends.map(({ conversationId: id, messageId = '', seq = 0, text }) => {
    return { conversationId: id, messageId, seq, text, createdAt: seq };
  });
  const attempts = await world.attempts.find().toArray();
  const phones = PEOPLE.map((userId) => {
    return { installationId: `${userId}s`, userId, conversationIds: [conversationId.toHexString()] };
  });
  const found = check({ sends, kept, heard: [], shown: [], pushes: { phones, attempts } });
  return found.map(({ guarantee, what }) => `${guarantee} ${what}`);
}

/** Ten messages whose events Redis took and lost before anybody read them, and five more after that. */
async function lost(pace: Partial<Pace>): Promise<void> {
  await says(10);
  await world.client.flushall();
  await world.boot(pace);
  for (const { messageId = '' } of await says(5)) {
    while ((await world.db.collection('ledger').countDocuments({ eventIds: messageId })) === 0);
  }
}

describe('an XADD', () => {
  it('is not taken for delivery: the sweeper finds what Redis lost', async () => {
    await lost({ sweepSoonMs: 0, sweepEveryMs: 20 });
    while ((await world.attempts.countDocuments()) < 30);
    expect(await verdict()).toEqual([]);
  });

  it('that is taken for it loses pushes, and the checker says which', async () => {
    await lost({ sweepSoonMs: 60 * 60_000 });
    const missing = sends
      .slice(0, 10)
      .flatMap(({ senderId, text }) =>
        PEOPLE.filter((id) => id !== senderId).map((id) => `G9 "${text}" was pushed to ${id}s 0 times`),
      );
    expect(await verdict()).toEqual(missing);
  });
});
