import { check } from '@app/testing/checker/checker.js';
import type { Seen } from '@app/testing/checker/history.js';
import { talk, type Talker } from '@app/testing/checker/load.js';
import { readBack } from '@app/testing/checker/read-back.js';
import { tokenOf } from '@app/testing/tokens.js';
import { type StartedSuite, startSuite } from './setup/start-suite.ts';

const seed = Number(process.env.PARLEY_TEST_SEED ?? Date.now() % 1_000_000);
const forMs = Number(process.env.PARLEY_TEST_LOAD_MS ?? 5000);
const PAIRS = 10;

/** A suite of its own: nobody else should lose a node. */
let suite: StartedSuite;
beforeAll(async () => {
  suite = await startSuite({ MESSAGE_RATE_LIMIT: '100000', HANDSHAKE_RATE_LIMIT: '100000' });
}, 120_000);
afterAll(() => suite.end(), 60_000);

async function conversationOf(userId: string, other: string): Promise<string> {
  const answer = await fetch(`${suite.is.chat[0]}/conversations`, {
    method: 'POST',
    headers: { authorization: `Bearer ${tokenOf(userId, {}, suite.is.jwtSecret)}`, 'content-type': 'application/json' },
    body: JSON.stringify({ participantIds: [other] }),
  });
  return ((await answer.json()) as { data: { _id: string } }).data._id;
}

async function pairs(): Promise<Talker[]> {
  const made = Array.from({ length: PAIRS }, async (_, n) => {
    const ids = [`a${n}`, `b${n}`] as const;
    const conversationId = await conversationOf(...ids);
    return ids.map((userId, node) => ({ userId, node, conversationId }));
  });
  return (await Promise.all(made)).flat();
}

it('kill -9 of a chat node under load loses and doubles nothing, and keeps every order', async () => {
  const { chat, jwtSecret } = suite.is;
  const talkers = await pairs();
  const talking = talk({ urls: chat, talkers, forMs, seed, secret: jwtSecret });
  await new Promise((resolve) => setTimeout(resolve, forMs / 3));
  process.kill(suite.pidOf('chat-1'), 'SIGKILL');
  const { sends, heard } = await talking;
  const readers = new Map(talkers.map(({ conversationId, userId }) => [conversationId, userId]));
  const kept: Seen[] = [];
  for (const [id, userId] of readers) kept.push(...(await readBack(chat[1], id, { userId, secret: jwtSecret })));
  const acked = sends.filter(({ outcome }) => outcome === 'acked');
  process.stdout.write(`seed ${seed}: ${sends.length} tries, ${acked.length} acks, ${kept.length} messages\n`);
  expect(check({ sends, heard, kept, shown: [] })).toEqual([]);
  expect(acked.filter(({ node }) => node === '2').length).toBeGreaterThan(100);
}, 120_000);
