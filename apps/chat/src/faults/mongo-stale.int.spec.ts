import mongoose from 'mongoose';
import type { Message } from '@app/contracts/shapes.js';
import { startTestReplicaSet, type TestMember, type TestReplicaSet } from '@app/testing/replica-set.js';
import { chatWorld, type ChatWorld, type Chatter } from '../chat.world.suite.js';

jest.setTimeout(90_000);

/** Long enough for all that is done while the old primary does not know yet that nobody follows it. */
const ELECTION_MS = 5000;

let set: TestReplicaSet;
let world: ChatWorld;
let ana: Chatter;
let ben: Chatter;
let roomId: string;

beforeAll(async () => {
  set = await startTestReplicaSet(ELECTION_MS);
  world = await chatWorld(2, { MONGODB_URI: set.uri });
  [ana, ben] = [await world.connect('ana', 1), await world.connect('ben', 2)];
  roomId = (await ana.opens(['ben']))._id;
  await ana.sends(roomId, 'before', 'before');
});
afterAll(async () => {
  await world.close();
  await set.stop();
});

const send = () =>
  ana.socket.answer<Message>('message_send', { conversationId: roomId, text: 'unsure', localId: 'unsure' });

async function history(): Promise<Message[]> {
  const { body } = await ben.get<Message[]>(`/conversations/${roomId}/messages`);
  return body.data;
}

/** What a member has in its own data, whatever the others have. */
async function textsAt({ host }: TestMember): Promise<string[]> {
  const connection = await mongoose.createConnection(`mongodb://${host}/test`, { directConnection: true }).asPromise();
  try {
    return await connection.collection<Message>('messages').distinct('text', {}, { readPreference: 'primaryPreferred' });
  } finally {
    await connection.close();
  }
}

it('what only a primary without followers has is neither acked nor shown; a retry keeps it once', async () => {
  const stale = await set.primary();
  const others = set.members.filter((member) => member !== stale);
  for (const member of others) member.freeze();
  const refused = [await send(), await send()];
  const texts = await textsAt(stale);
  const shown = await history();
  stale.freeze();
  for (const member of others) member.thaw();
  expect(texts).toContain('unsure');
  expect(shown.map(({ text }) => text)).toEqual(['before']);
  expect(refused.map((answer) => !answer.ok && answer.error)).toMatchObject([
    { code: 'UNAVAILABLE', retryable: true },
    { code: 'UNAVAILABLE', retryable: true },
  ]);

  await set.primary();
  let answer = await send();
  while (!answer.ok) answer = await send();
  stale.thaw();
  await ana.sends(roomId, 'after', 'after');
  while (!(await textsAt(stale)).includes('after')) await new Promise((done) => setTimeout(done, 100));
  expect((await history()).map(({ _id, text, seq }) => ({ _id, text, seq }))).toMatchObject([
    { text: 'after', seq: 3 },
    { _id: answer.data._id, text: 'unsure', seq: 2 },
    { text: 'before', seq: 1 },
  ]);
  expect(ben.socket.all<{ message: Message }>('message_new').map(({ message }) => message.text)).toEqual([
    'before',
    'unsure',
    'after',
  ]);
  expect(ana.socket.socket.connected && ben.socket.socket.connected).toBe(true);
});
