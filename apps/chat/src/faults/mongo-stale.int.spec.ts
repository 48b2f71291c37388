import mongoose from 'mongoose';
import type { Message } from '@app/contracts/shapes.js';
import { startTestReplicaSet, type TestMember, type TestReplicaSet } from '@app/testing/replica-set.js';
import { chatWorld, type ChatWorld, type Chatter } from '../chat.world.suite.js';

jest.setTimeout(90_000);
jest.retryTimes(0);

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
  // A test that failed may have left some of them frozen.
  for (const member of set.members) member.thaw();
  await world.close();
  await set.stop();
});

/** Somebody's one message; tried again, it is the same one. */
const send = (who: Chatter) => {
  const text = `${who.id} is unsure`;
  return who.socket.answer<Message>('message_send', { conversationId: roomId, text, localId: text });
};

async function sendUntilKept(who: Chatter): Promise<string> {
  let answer = await send(who);
  while (!answer.ok) answer = await send(who);
  return answer.data._id;
}

async function history(): Promise<Message[]> {
  const { body } = await ben.get<Message[]>(`/conversations/${roomId}/messages`);
  return body.data;
}

/** What a member has in its own data, whatever the others have. */
async function textsAt({ host }: TestMember): Promise<string[]> {
  const connection = await mongoose.createConnection(`mongodb://${host}/test`, { directConnection: true }).asPromise();
  try {
    return await connection
      .collection<Message>('messages')
      .distinct('text', {}, { readPreference: 'primaryPreferred' });
  } finally {
    await connection.close();
  }
}

it('what only a primary without followers has is neither acked nor shown, nor built upon; a retry keeps it once', async () => {
  const stale = await set.primary();
  const others = set.members.filter((member) => member !== stale);
  for (const member of others) member.freeze();
  // Again, so that both nodes read where the conversation stands.
  const refused = [await Promise.all([send(ana), send(ben)]), await Promise.all([send(ana), send(ben)])].flat();
  const texts = await textsAt(stale);
  const shown = await history();
  stale.freeze();
  for (const member of others) member.thaw();
  expect(texts.some((text) => text.endsWith('is unsure'))).toBe(true);
  expect(shown.map(({ text }) => text)).toEqual(['before']);
  const unknown = { code: 'UNAVAILABLE', retryable: true };
  expect(refused.map((answer) => !answer.ok && answer.error)).toMatchObject([unknown, unknown, unknown, unknown]);

  await set.primary();
  const ids = [await sendUntilKept(ben), await sendUntilKept(ana)];
  stale.thaw();
  await ana.sends(roomId, 'after', 'after');
  while (!(await textsAt(stale)).includes('after')) await new Promise((done) => setTimeout(done, 100));
  const kept = await history();
  expect(kept.map(({ seq }) => seq)).toEqual([4, 3, 2, 1]);
  // Which of the two is the earlier is chance: the driver, too, may still be trying.
  const of = (text: string) => kept.filter((message) => message.text === text).map(({ _id }) => _id);
  expect([of('ben is unsure'), of('ana is unsure')]).toEqual(ids.map((id) => [id]));
  const heard = ben.socket.all<{ message: Message }>('message_new').map(({ message }) => message.seq);
  expect(heard.toSorted()).toEqual([1, 2, 3, 4]);
  expect(ana.socket.socket.connected && ben.socket.socket.connected).toBe(true);
});
