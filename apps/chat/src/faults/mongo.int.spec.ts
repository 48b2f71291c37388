import type { WireError } from '@app/contracts/errors.js';
import type { Message } from '@app/contracts/shapes.js';
import { startTestMongo, type TestMongo } from '@app/testing/engines.js';
import { chatWorld, type ChatWorld, type Chatter } from '../chat.world.suite.js';

let mongo: TestMongo;
let world: ChatWorld;
let ana: Chatter;
let ben: Chatter;
let roomId: string;

beforeAll(async () => {
  mongo = await startTestMongo();
  world = await chatWorld(2, { MONGODB_URI: mongo.uri });
  [ana, ben] = [await world.connect('ana', 1), await world.connect('ben', 2)];
  roomId = (await ana.opens(['ben']))._id;
  await ana.sends(roomId, 'before', 'before');
});
afterAll(async () => {
  // A test that failed may have left it frozen.
  mongo.thaw();
  await world.close();
  await mongo.stop();
});

const send = (localId: string) =>
  ana.socket.answer<Message>('message_send', { conversationId: roomId, text: localId, localId });
const refusal = (answer: { ok: boolean; error?: WireError }) => answer.error?.code;

/** Sends until it is kept, as a client does that was told to try again. */
async function sendUntilKept(localId: string): Promise<Message> {
  for (const end = Date.now() + 20_000; Date.now() < end;) {
    const answer = await send(localId);
    if (answer.ok) return answer.data;
    expect(answer.error.retryable).toBe(true);
  }
  throw new Error(`${localId} was never kept`);
}

async function history(): Promise<Message[]> {
  const { body } = await ben.get<Message[]>(`/conversations/${roomId}/messages?limit=100`);
  return body.data.reverse();
}

describe('while MongoDB is frozen', () => {
  it('a send is refused soon, and can be tried again; tried again, it is kept once', async () => {
    mongo.freeze();
    const began = Date.now();
    const refused = await send('frozen');
    const took = Date.now() - began;
    mongo.thaw();
    expect(refused).toMatchObject({
      ok: false,
      error: { code: 'UNAVAILABLE', retryable: true, retryAfterMs: expect.any(Number) },
    });
    // A second of patience for the batch, another for the look at what was kept.
    expect(took).toBeLessThan(5000);
    const kept = await sendUntilKept('frozen');
    expect((await history()).filter(({ text }) => text === 'frozen')).toMatchObject([{ _id: kept._id }]);
    expect(ana.socket.socket.connected && ben.socket.socket.connected).toBe(true);
    await ben.socket.hears('message_new', (e: { message: Message }) => e.message.text === 'frozen');
  });
});

describe('after kill -9 of MongoDB', () => {
  it('no acked message is lost, none is doubled, and everything goes on without a restart', async () => {
    const acked: string[] = [];
    const stopAt = Date.now() + 1500;
    const load = Array.from({ length: 8 }, async (_, lane) => {
      for (let n = 0; Date.now() < stopAt; n++) {
        const localId = `k-${lane}-${n}`;
        const answer = await send(localId);
        if (answer.ok) acked.push(localId);
        else expect(refusal(answer)).toBe('UNAVAILABLE');
      }
    });
    await new Promise<void>((resolve) => setTimeout(resolve, 500));
    await mongo.kill();
    await Promise.all(load);
    expect(acked.length).toBeGreaterThan(8);
    await mongo.restart();
    const last = await sendUntilKept('after the kill');
    const kept = await world.db.collection('messages').find({}).sort({ seq: 1 }).toArray();
    const texts = kept.map(({ text }) => text as string);
    expect(acked.filter((localId) => !texts.includes(localId))).toEqual([]);
    expect(new Set(texts).size).toBe(texts.length);
    expect(kept.map(({ seq }) => seq as number)).toEqual(kept.map((_, index) => index + 1));
    expect(last.seq).toBe(kept.length);
    expect(ana.socket.socket.connected && ben.socket.socket.connected).toBe(true);
  });
});
