import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import type { Message } from '@app/contracts/shapes.js';
import { FakeFcm } from '@app/testing/fake-fcm.js';
import { TestSocket } from '@app/testing/test-socket.js';
import { tokenOf } from '@app/testing/tokens.js';
import { type StartedSuite, startSuite } from '../e2e/setup/start-suite.ts';
import { groupOf, hotGroups, memoryOf, pause, ready, reported, underLoad, UNLIMITED } from '../e2e/setup/under-load.ts';

jest.setTimeout(280_000);
jest.retryTimes(0);

/** More than anybody in these tests says in a minute, but for one. */
const LIMIT = 4000;
const PHONES = 10;
/** A node that has been under load for a minute has some 400 MiB without any fault: its heap is not asked to be small. */
const MOST_MIB = 800;
const STREAM = 'events:message.created:stream';
const WATCHED = ['chat-1', 'chat-2', 'gateway', 'notification'];

let suite: StartedSuite;
let fcm: FakeFcm;

beforeAll(async () => {
  suite = await startSuite({ ...UNLIMITED, MESSAGE_RATE_LIMIT: String(LIMIT) });
  fcm = await FakeFcm.start(suite.is.fcmPort);
});
afterAll(async () => {
  await fcm.stop();
  await suite.end();
});

async function asks<T>(who: string, path: string, given?: object): Promise<T> {
  const headers = {
    authorization: `Bearer ${tokenOf(who, {}, suite.is.jwtSecret)}`,
    'content-type': 'application/json',
  };
  const how = given ? { method: 'POST', body: JSON.stringify(given) } : {};
  const answer = await fetch(`${suite.is.gateway}/api/v1${path}`, { headers, ...how });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return ((await answer.json()) as { data: T }).data;
}

const connect = (node: 0 | 1, id: string) =>
  TestSocket.connect(`${suite.is.chat[node]}/chat`, tokenOf(id, {}, suite.is.jwtSecret));

/** People of one group: two at the first node, one at the second, and some who only have a phone. */
async function team(run: string) {
  const phones = Array.from({ length: PHONES }, (_, n) => `phone-${n}-${run}`);
  for (const token of phones) {
    await asks(token, '/devices', { installationId: randomUUID(), platform: 'android', provider: 'fcm', token });
  }
  const [near, beside, far] = [`near-${run}`, `beside-${run}`, `far-${run}`] as const;
  const conversationId = await groupOf(suite, [near, beside, far, ...phones]);
  const [nearSocket, besideSocket, farSocket] = [
    await connect(0, near),
    await connect(0, beside),
    await connect(1, far),
  ];
  return {
    phones,
    /** Says something over a socket; what it costs until the ack, and until somebody at the same node hears it. */
    async says(): Promise<{ id: string; ackMs: number; heardMs: number }> {
      const began = performance.now();
      const text = randomUUID();
      const heard = besideSocket.hears<{ message: Message }>('message_new', ({ message }) => message.text === text);
      const message = await nearSocket.asks<Message>('message_send', { conversationId, text, localId: text });
      const ackMs = performance.now() - began;
      await heard;
      return { id: message._id, ackMs, heardMs: performance.now() - began };
    },
    async saysByRest(): Promise<string> {
      return (await asks<Message>(near, `/chat/conversations/${conversationId}/messages`, { text: 'By REST' }))._id;
    },
    reads: () => asks<Message[]>(far, `/chat/conversations/${conversationId}/messages?limit=5`),
    /** Goes on talking until it is heard at the other node; what is said before the nodes are connected again is not. */
    async talksUntilFarHears(): Promise<void> {
      const before = farSocket.all('message_new').length;
      while (farSocket.all('message_new').length === before) await this.says().then(() => pause(100));
    },
    close: () => [nearSocket, besideSocket, farSocket].forEach((socket) => socket.close()),
  };
}

/** Sends until that is too much; how many were taken. */
async function flood(run: string): Promise<number> {
  const id = `flooder-${run}`;
  const conversationId = await groupOf(suite, [id, `friend-${run}`]);
  const socket = await connect(0, id);
  let taken = 0;
  try {
    for (;;) {
      const texts = Array.from({ length: 50 }, () => randomUUID());
      const answers = await Promise.all(texts.map((text) => socket.answer('message_send', { conversationId, text })));
      taken += answers.filter(({ ok }) => ok).length;
      const refused = answers.find((answer) => !answer.ok && answer.error.code === 'RATE_LIMITED');
      if (refused) return taken;
    }
  } finally {
    socket.close();
  }
}

async function redisState(): Promise<{ status: number; redis: string }> {
  const answer = await fetch(`${suite.is.chat[0]}/health/ready`);
  const { details } = (await answer.json()) as { details: { redis: { state: string } } };
  return { status: answer.status, redis: details.redis.state };
}

/** What was seen while Redis was away; times are the longest. */
interface Seen {
  ids: string[];
  ackMs: number;
  heardMs: number;
  states: Set<string>;
  memory: number[][];
}

/** Asks for everything twice a second. */
async function watch(people: Awaited<ReturnType<typeof team>>, forMs: number): Promise<Seen> {
  const seen: Seen = { ids: [], ackMs: 0, heardMs: 0, states: new Set(), memory: [memory()] };
  for (const end = performance.now() + forMs; performance.now() < end; await pause(500)) {
    const { id, ackMs, heardMs } = await people.says();
    seen.ids.push(id, await people.saysByRest());
    expect(await people.reads()).toHaveLength(5);
    const { status, redis } = await redisState();
    seen.states.add(`${status} ${redis}`);
    seen.ackMs = Math.max(seen.ackMs, ackMs);
    seen.heardMs = Math.max(seen.heardMs, heardMs);
    seen.memory.push(memory());
  }
  return seen;
}

const memory = () => WATCHED.map((name) => memoryOf(suite.pidOf(name)));

/** Resolves when every phone was pushed each of these, and nothing is left to do. */
async function settled(phones: string[], ids: string[]): Promise<void> {
  const redis = new Redis(suite.is.redis);
  const pushed = () => new Set(fcm.pushes.map(({ token, message }) => `${token} ${message.data?.messageId}`));
  const all = phones.flatMap((phone) => ids.map((id) => `${phone} ${id}`));
  for (let left = all; left.length > 0; await pause(500)) {
    const there = pushed();
    left = left.filter((one) => !there.has(one));
  }
  while (Number((await redis.xpending(STREAM, 'notification'))[0]) > 0) await pause(200);
  redis.disconnect();
}

describe.each([
  { what: 'stopped for a minute', begin: () => suite.halt('redis'), end: () => suite.resume('redis'), forMs: 60_000 },
  {
    what: 'frozen for ten seconds',
    begin: () => Promise.resolve(process.kill(suite.pidOf('redis'), 'SIGSTOP')),
    end: () => Promise.resolve(process.kill(suite.pidOf('redis'), 'SIGCONT')),
    forMs: 10_000,
  },
])('Redis $what under load', ({ what, begin, end, forMs }) => {
  it('takes nothing away but what other nodes and phones hear at once, and that comes when it is back', async () => {
    const run = `${what.split(' ')[0]}-${Date.now()}`;
    const talkers = await hotGroups(suite, { name: run, groups: 6, nodes: 2, each: 2 });
    const people = await team(run);
    for (let n = 0; n < 5; n++) await people.says();
    let seen: Seen = { ids: [], ackMs: 0, heardMs: 0, states: new Set(), memory: [] };
    let taken = 0;
    let [awayAt, backAt, afterMs] = [0, 0, 0];
    const load = await underLoad(suite, { urls: suite.is.chat, talkers }, async () => {
      const before = memory();
      await begin();
      awayAt = performance.now();
      const flooded = flood(run);
      seen = await watch(people, forMs);
      taken = await flooded;
      await end();
      backAt = performance.now();
      seen.memory.unshift(before);
      await people.talksUntilFarHears();
      afterMs = performance.now() - backAt;
    });
    await settled(people.phones, seen.ids);
    const pushedMs = performance.now() - backAt;
    people.close();
    const away = load.acked.filter(({ startedAt }) => startedAt > awayAt && startedAt < backAt);
    const slowest = Math.max(...away.map(({ startedAt, endedAt = 0 }) => endedAt - startedAt));
    reported(`Redis ${what}`, load);
    const [first = []] = seen.memory;
    const peak = WATCHED.map((_, n) => Math.max(...seen.memory.map((at) => Number(at[n]))));
    const about = [
      `away: ${away.length} acks in ${Math.round((backAt - awayAt) / 1000)} s, slowest ${Math.round(slowest)} ms`,
      `heard at the same node within ${Math.round(seen.heardMs)} ms; one person was let say ${taken}`,
      `back: heard at the other node after ${Math.round(afterMs)} ms, all pushed after ${Math.round(pushedMs / 1000)} s`,
      `MiB of ${WATCHED.join(', ')}: before ${first.join(' ')}, peak ${peak.join(' ')}, after ${memory().join(' ')}`,
    ];
    process.stdout.write(`  ${about.join('\n  ')}\n`);
    expect(load.violations).toEqual([]);
    expect(slowest).toBeLessThan(2000);
    expect(seen.heardMs).toBeLessThan(2000);
    expect(seen.states).toContain('200 degraded');
    expect(taken).toBeLessThanOrEqual(LIMIT + 100);
    for (const mib of peak) expect(mib).toBeLessThan(MOST_MIB);
    for (const url of suite.is.chat) await ready(url);
    while ((await redisState()).redis !== 'ok') await pause(100);
  });
});
