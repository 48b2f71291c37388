import { seeded } from '@app/testing/checker/load.js';
import { type StartedSuite, startSuite } from '../e2e/setup/start-suite.ts';
import { hotGroups, memoryOf, pause, ready, reported, seed, underLoad, UNLIMITED } from '../e2e/setup/under-load.ts';

jest.setTimeout(290_000);
jest.retryTimes(0);

/** How long processes die, freeze, stop and come back. */
const FOR_MS = Number(process.env.PARLEY_TEST_LOAD_MS ?? 120_000);
const NODES = ['chat-1', 'chat-2', 'chat-3'];

let suite: StartedSuite;
let urls: string[];

beforeAll(async () => {
  suite = await startSuite(UNLIMITED, ['chat-3']);
  urls = [...suite.is.chat, await suite.add('chat-3')];
});
afterAll(() => suite.end());

const signal = (name: string, what: NodeJS.Signals) => void process.kill(suite.pidOf(name), what);

async function frozen(name: string, forMs: number): Promise<void> {
  signal(name, 'SIGSTOP');
  await pause(forMs);
  signal(name, 'SIGCONT');
}

/** One thing that happens to a process, as chance has it; what it was. */
async function mishap(chance: () => number): Promise<string> {
  const node = NODES[Math.floor(chance() * NODES.length)] ?? '';
  const forMs = Math.round(1000 + chance() * 11_000);
  const kind = Math.floor(chance() * 7);
  switch (kind) {
    case 0:
    case 1:
      signal(node, 'SIGKILL');
      return `${node} killed`;
    case 2:
    case 3:
      await frozen(node, forMs);
      return `${node} frozen for ${forMs} ms`;
    case 4:
      await suite.halt(node);
      await pause(forMs / 3);
      await suite.resume(node);
      return `${node} stopped and started`;
    case 5:
      signal('gateway', 'SIGKILL');
      return 'gateway killed';
    default:
      await frozen('redis', forMs / 3);
      return `redis frozen for ${Math.round(forMs / 3)} ms`;
  }
}

it('any node, the gateway and Redis may die, freeze, stop and come back under load, one after the other', async () => {
  const direct = await hotGroups(suite, { name: 'direct', groups: 8, nodes: 3, each: 1 });
  const people = await hotGroups(suite, { name: 'gateway', groups: 6, nodes: 3, each: 1 });
  const ways = [['websocket'], ['polling'], ['polling', 'websocket']];
  const around = people.map((one, n) => ({ ...one, node: 0, transports: ways[n % ways.length] ?? [] }));
  const chance = seeded(seed);
  const happened: string[] = [];
  let calmAt = Infinity;
  const memory = () => NODES.map((name) => memoryOf(suite.pidOf(name))).join(' ');
  const before = memory();
  process.stdout.write(`seed ${seed}\n`);
  const run = await underLoad(suite, { urls, talkers: direct, patienceMs: 2000 }, async (begin) => {
    begin({ urls: [suite.is.gateway], talkers: around, patienceMs: 3000 });
    // Everybody is connected before anything happens.
    await pause(2000);
    for (const end = Date.now() + FOR_MS; Date.now() < end; await pause(chance() * 2000)) {
      happened.push(await mishap(chance));
      // Two of the three nodes at least are there.
      for (const url of [...urls, suite.is.gateway]) await ready(url);
    }
    calmAt = performance.now();
    await pause(5000);
  });
  reported(`${happened.length} mishaps`, run);
  process.stdout.write(`  ${happened.join(', ')}\n  MiB of the nodes: before ${before}, after ${memory()}\n`);
  expect(run.violations).toEqual([]);
  const last = run.acked.filter(({ startedAt }) => startedAt > calmAt);
  expect(new Set(last.map(({ senderId }) => senderId)).size).toBe(direct.length + around.length);
});
