import { seeded } from '@app/testing/checker/load.js';
import { startTestReplicaSet, type TestReplicaSet } from '@app/testing/replica-set.js';
import { type StartedSuite, startSuite } from '../e2e/setup/start-suite.ts';
import { hotGroups, pause, ready, reported, seed, underLoad, UNLIMITED } from '../e2e/setup/under-load.ts';

jest.setTimeout(290_000);
jest.retryTimes(0);

/** How long primaries step down, die and freeze. */
const FOR_MS = Number(process.env.PARLEY_TEST_LOAD_MS ?? 120_000);

let set: TestReplicaSet;
let suite: StartedSuite;

beforeAll(async () => {
  set = await startTestReplicaSet();
  suite = await startSuite({ ...UNLIMITED, MONGODB_URI: set.uri });
});
afterAll(async () => {
  await suite.end();
  await set.stop();
});

/** One thing that happens to the set, as chance has it, and is healed; what it was. */
async function mishap(chance: () => number): Promise<string> {
  const primary = await set.primary();
  const forMs = Math.round(500 + chance() * 6000);
  const other = set.members.find((member) => member !== primary) ?? primary;
  switch (Math.floor(chance() * 5)) {
    case 0:
      await set.stepDown();
      return 'stepped down';
    case 1:
      await primary.kill();
      await pause(forMs);
      await primary.restart();
      return `primary killed for ${forMs} ms`;
    case 2:
    case 3:
      primary.freeze();
      await pause(forMs);
      primary.thaw();
      return `primary frozen for ${forMs} ms`;
    default:
      // No majority: nothing can be kept.
      await Promise.all([primary.kill(), other.kill()]);
      await pause(forMs);
      await Promise.all([primary.restart(), other.restart()]);
      return `two members killed for ${forMs} ms`;
  }
}

it('primaries may step down, die and freeze under load, one after the other', async () => {
  const talkers = await hotGroups(suite, { name: 'set', groups: 8, nodes: 2, each: 2 });
  const chance = seeded(seed);
  const happened: string[] = [];
  let calmAt = Infinity;
  process.stdout.write(`seed ${seed}\n`);
  const run = await underLoad(suite, { urls: suite.is.chat, talkers }, async () => {
    for (const end = Date.now() + FOR_MS; Date.now() < end; await pause(chance() * 3000)) {
      happened.push(await mishap(chance));
      for (const url of suite.is.chat) await ready(url);
    }
    calmAt = performance.now();
    await pause(5000);
  });
  reported(`${happened.length} mishaps`, run);
  process.stdout.write(`  ${happened.join(', ')}\n`);
  expect(run.violations).toEqual([]);
  expect(new Set(run.sends.map(({ session }) => session)).size).toBe(talkers.length);
  const last = run.acked.filter(({ startedAt }) => startedAt > calmAt);
  expect(new Set(last.map(({ senderId }) => senderId)).size).toBe(talkers.length);
});
