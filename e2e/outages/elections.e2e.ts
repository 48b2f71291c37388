import { startTestReplicaSet, type TestMember, type TestReplicaSet } from '@app/testing/replica-set.js';
import { outage } from '../setup/outage.ts';
import { type StartedSuite, startSuite } from '../setup/start-suite.ts';
import { pause, UNLIMITED } from '../setup/under-load.ts';

jest.setTimeout(180_000);
jest.retryTimes(0);

/** A suite of its own, on three members whose elections take two seconds. */
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

it('elections under load lose and double nothing that was acked, show nothing that goes, and everybody is served again', async () => {
  let stale: TestMember | undefined;
  const begin = async () => {
    await set.stepDown();
    await pause(500);
    const killed = await set.primary();
    await killed.kill();
    await set.primary();
    await killed.restart();
    await pause(500);
    stale = await set.primary();
    stale.freeze();
    await set.primary();
    await pause(500);
  };
  const { run, ...seen } = await outage(suite, { name: 'elections', begin, heal: () => stale?.thaw(), forMs: 0 });
  expect(run.violations).toEqual([]);
  expect(run.acked.length).toBeGreaterThan(100);
  expect(seen).toMatchObject({ definite: 0, socketsEach: 1 });
  // One and a half seconds, and what a busy machine adds.
  expect(seen.slowestRefusalMs).toBeLessThan(2500);
  expect(seen.servedAgainMs).toBeLessThan(10_000);
  expect(await set.primary()).not.toBe(stale);
});
