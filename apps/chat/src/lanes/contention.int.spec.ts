import { check } from '@app/testing/checker/checker.js';
import type { Seen, Send } from '@app/testing/checker/history.js';
import { talk, type Talker } from '@app/testing/checker/load.js';
import { readBack } from '@app/testing/checker/read-back.js';
import { chatWorld, type ChatWorld } from '../chat.world.suite.js';
import { LaneForwarder } from './lane.forwarder.js';
import { everyNodeKnowsTheOthers } from './owners.suite.js';

const seed = Number(process.env.PARLEY_TEST_SEED ?? Date.now() % 1_000_000);
const forMs = Number(process.env.PARLEY_TEST_LOAD_MS ?? 2500);

/** A run that is tried again talks in conversations of its own. */
let runs = 0;

let world: ChatWorld;
beforeAll(async () => {
  world = await chatWorld(3);
  await everyNodeKnowsTheOthers(world);
});
afterAll(() => world.close());

describe('when members on several nodes write at once', () => {
  it('conversations of two stay dense and in order, and no node starves', async () => {
    const pairs = await Promise.all(Array.from({ length: 20 }, () => pairOn(++runs, [1, 2])));
    await holds(pairs.flat(), [1, 2]);
  });

  it('a hot conversation does too, on three nodes', async () => {
    runs++;
    const people = Array.from({ length: 15 }, (_, n) => `h${runs}-${n}`);
    const { _id: conversationId } = await world.someone(people[0] ?? '').opens(people.slice(1));
    const talkers = people.map((userId, n) => ({ userId, node: n % 3, conversationId }));
    await holds(talkers, [1, 2, 3]);
  });
});

async function pairOn(name: number, nodes: number[]): Promise<Talker[]> {
  const ids = [`a${name}`, `b${name}`] as const;
  const { _id: conversationId } = await world.someone(ids[0]).opens([ids[1]]);
  return ids.map((userId, index) => ({ userId, node: (nodes[index] ?? 1) - 1, conversationId }));
}

async function holds(talkers: Talker[], nodes: number[]): Promise<void> {
  const { sends, heard } = await talk({ urls: world.urls, talkers, forMs, seed });
  const readers = new Map(talkers.map(({ conversationId, userId }) => [conversationId, userId]));
  const kept: Seen[] = [];
  for (const [id, userId] of readers) kept.push(...(await readBack(world.urls[0] as string, id, { userId })));
  const shares = print(sends, nodes);
  expect(check({ sends, heard, kept, shown: [] })).toEqual([]);
  expect(kept.length).toBeGreaterThan(talkers.length);
  const acks = shares.reduce((sum, share) => sum + share, 0);
  for (const share of shares) expect(share / acks).toBeGreaterThan(0.4 / nodes.length);
  const forwarded = world.apps.map((app) => app.get(LaneForwarder).counts.forwarded.total);
  expect(Math.max(...forwarded)).toBeGreaterThan(0);
}

const countsOf = ({ counts: { clashes, forwarded, takenBack } }: LaneForwarder) =>
  JSON.stringify({ clashes: clashes.total, forwarded: forwarded.total, takenBack: takenBack.total });

/** Answers how many acks the people of each node had. */
function print(sends: Send[], nodes: number[]): number[] {
  const acked = sends.filter(({ outcome }) => outcome === 'acked');
  const waits = acked.map(({ startedAt, endedAt = 0 }) => endedAt - startedAt).sort((a, b) => a - b);
  const at = (part: number) => Math.round(waits[Math.floor(part * (waits.length - 1))] ?? 0);
  const shares = nodes.map((node) => acked.filter((send) => send.node === String(node)).length);
  const counts = world.apps.map((app) => countsOf(app.get(LaneForwarder))).join(' ');
  process.stdout.write(
    `seed ${seed}: ${acked.length} acks, by node ${shares.join('/')}, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, worst ${at(1)} ms, ${counts}\n`,
  );
  return shares;
}
