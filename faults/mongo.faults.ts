import { outage, type Outage } from '../e2e/setup/outage.ts';
import { type StartedSuite, startSuite } from '../e2e/setup/start-suite.ts';
import { UNLIMITED } from '../e2e/setup/under-load.ts';

jest.setTimeout(200_000);
jest.retryTimes(0);

const LONG_MS = Number(process.env.PARLEY_TEST_AWAY_MS ?? 30_000);

let suite: StartedSuite;

beforeAll(async () => {
  suite = await startSuite(UNLIMITED);
});
afterAll(() => suite.end());

const signal = (name: NodeJS.Signals) => process.kill(suite.pidOf('mongodb'), name);

function expectHarmless({ run, definite, slowestRefusalMs, socketsEach, servedAgainMs, http, memory }: Outage): void {
  expect(run.violations).toEqual([]);
  expect(definite).toBe(0);
  expect(socketsEach).toBe(1);
  expect(slowestRefusalMs).toBeLessThan(2000);
  expect(servedAgainMs).toBeLessThan(10_000);
  expect(http.rest.statuses).toEqual(['503 1']);
  expect(http.ready.statuses).toEqual(['503 1']);
  expect(http.live.statuses).toEqual(['200']);
  const [before = [], during = []] = memory;
  before.forEach((mib, node) => expect((during[node] ?? Infinity) - mib).toBeLessThan(100));
}

it('MongoDB, one member, is frozen for half a minute', async () => {
  const away = { begin: () => signal('SIGSTOP'), heal: () => signal('SIGCONT'), forMs: LONG_MS };
  expectHarmless(await outage(suite, { name: 'frozen', ...away }));
});

it('MongoDB, one member, is stopped for half a minute', async () => {
  const away = { begin: () => suite.halt('mongodb'), heal: () => suite.resume('mongodb'), forMs: LONG_MS };
  expectHarmless(await outage(suite, { name: 'stopped', ...away }));
});
