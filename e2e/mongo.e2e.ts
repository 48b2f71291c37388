import { startTestReplicaSet, type TestMember, type TestReplicaSet } from '@app/testing/replica-set.js';
import { type Outage, outage } from './setup/outage.ts';
import { type StartedSuite, startSuite } from './setup/start-suite.ts';
import { pause, UNLIMITED } from './setup/under-load.ts';

jest.setTimeout(100_000);

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

function expectHarmless({ run, definite, socketsEach, slowestRefusalMs, servedAgainMs }: Outage): void {
  expect(run.violations).toEqual([]);
  expect(run.acked.length).toBeGreaterThan(100);
  expect({ definite, socketsEach }).toEqual({ definite: 0, socketsEach: 1 });
  expect(slowestRefusalMs).toBeLessThan(2500);
  expect(servedAgainMs).toBeLessThan(10_000);
}

describe('under load, nothing acked is lost, nothing is doubled, and everybody is served again', () => {
  it('when the primary steps down, and when it is killed and comes back', async () => {
    let killed: TestMember | undefined;
    const begin = async () => {
      await set.stepDown();
      await pause(500);
      killed = await set.primary();
      await killed.kill();
    };
    const heal = () => set.primary();
    expectHarmless(await outage(suite, { name: 'elections', begin, heal, forMs: 0 }));
    await killed?.restart();
  });

  it('when the primary is frozen, another is elected, and it comes back late', async () => {
    const stale = await set.primary();
    const begin = async () => {
      stale.freeze();
      await set.primary();
      await pause(500);
    };
    const heal = () => stale.thaw();
    expectHarmless(await outage(suite, { name: 'stale primary', begin, heal, forMs: 0 }));
    expect(await set.primary()).not.toBe(stale);
  });
});
