import { Bystanders } from './setup/bystanders.ts';
import { type StartedSuite, startSuite } from './setup/start-suite.ts';
import { hotGroups, LaneWatch, pause, ready, reported, type Run, underLoad, UNLIMITED } from './setup/under-load.ts';

jest.setTimeout(120_000);

/** The promise: nobody's death is told later than this. */
const OFFLINE_MS = 15_000;
const FROZEN_MS = 10_000;

/** A suite of its own: nobody else should lose a node. */
let suite: StartedSuite;
let urls: string[];
let lanes: LaneWatch;

beforeAll(async () => {
  suite = await startSuite(UNLIMITED, ['chat-3']);
  urls = [...suite.is.chat];
  lanes = await LaneWatch.begin(suite);
});
/** What the test before has killed is started again by then. */
beforeEach(async () => {
  for (const url of [...urls, suite.is.gateway]) await ready(url);
  lanes.forget();
});
afterAll(async () => {
  lanes.end();
  await suite.end();
});

const signal = (name: string, what: NodeJS.Signals) => void process.kill(suite.pidOf(name), what);
const ackedSince = ({ acked }: Run, time: number) => acked.filter(({ startedAt }) => startedAt > time).length;
const now = () => performance.now();

it('a node that is added under load takes part and owns its share, and goes again in peace', async () => {
  const talkers = await hotGroups(suite, { name: 'added', groups: 20, nodes: 3, each: 1 });
  const [early, late] = [talkers.filter(({ node }) => node < 2), talkers.filter(({ node }) => node === 2)];
  let stopMs = Infinity;
  const run = await underLoad(suite, { urls: suite.is.chat, talkers: early }, async (begin) => {
    const third = await suite.add('chat-3');
    urls = [...suite.is.chat, third];
    begin({ urls, talkers: late });
    await lanes.busiest((node) => node === 'chat-3');
    await pause(2000);
    const stopAt = now();
    await suite.halt('chat-3');
    stopMs = Math.round(now() - stopAt);
    lanes.forget();
    await lanes.busiest((node) => node !== 'chat-3');
    await suite.resume('chat-3');
  });
  reported(`node added, and stopped in ${stopMs} ms`, run);
  expect(run.violations).toEqual([]);
  const there = run.acked.filter(({ session, node }) => session.endsWith('/1') && node === '3');
  expect(new Set(there.map(({ senderId }) => senderId)).size).toBe(late.length);
  expect(stopMs).toBeLessThan(5000);
});

it('kill -9 of the node that contended conversations are forwarded to loses and doubles nothing', async () => {
  const talkers = await hotGroups(suite, { name: 'killed', groups: 6, nodes: 3, each: 1 });
  let killedAt = 0;
  const run = await underLoad(suite, { urls, talkers }, async () => {
    const owner = await lanes.busiest();
    signal(owner, 'SIGKILL');
    killedAt = now();
    lanes.forget();
    await lanes.busiest((node) => node !== owner);
    await pause(3000);
  });
  reported('owner killed', run);
  expect(run.violations).toEqual([]);
  expect(ackedSince(run, killedAt)).toBeGreaterThan(100);
});

it('an owner that is frozen until it is taken for dead does no harm when it wakes, and its people are back', async () => {
  const talkers = await hotGroups(suite, { name: 'frozen', groups: 6, nodes: 3, each: 1 });
  let frozenAt = 0;
  let offlineMs = Infinity;
  let offline: string[] = [];
  const run = await underLoad(suite, { urls, talkers, patienceMs: 1500 }, async () => {
    const owner = await lanes.busiest();
    const people = await Bystanders.around(suite, urls[Number(owner.at(-1)) - 1] ?? '', urls);
    signal(owner, 'SIGSTOP');
    frozenAt = now();
    await people.scatter();
    await people.heard('stays', false);
    offlineMs = Math.round(now() - frozenAt);
    await pause(Math.max(0, FROZEN_MS - offlineMs));
    signal(owner, 'SIGCONT');
    lanes.forget();
    await people.heard('stays', true);
    await people.online('stays', 'moves', 'far');
    offline = people.saidOffline();
    people.close();
    // It owns again what it owned before.
    await lanes.busiest((node) => node === owner);
  });
  reported(`owner frozen, said to be offline after ${offlineMs} ms`, run);
  expect(run.violations).toEqual([]);
  expect(ackedSince(run, frozenAt)).toBeGreaterThan(100);
  expect(offlineMs).toBeLessThan(OFFLINE_MS);
  expect(offline).toEqual(['stays', 'leaves']);
});

it('kill -9 of the gateway: clients by WebSocket and by polling come back and lose nothing', async () => {
  const people = await hotGroups(suite, { name: 'gateway', groups: 8, nodes: 3, each: 1 });
  const ways = [['websocket'], ['polling'], ['polling', 'websocket']];
  const talkers = people.map((one, n) => ({ ...one, node: 0, transports: ways[n % ways.length] ?? [] }));
  let killedAt = 0;
  const run = await underLoad(suite, { urls: [suite.is.gateway], talkers }, async () => {
    signal('gateway', 'SIGKILL');
    killedAt = now();
    await pause(6000);
  });
  reported('gateway killed', run);
  expect(run.violations).toEqual([]);
  const back = new Set(run.acked.filter(({ startedAt }) => startedAt > killedAt).map(({ senderId }) => senderId));
  expect(back.size).toBe(talkers.length);
});
