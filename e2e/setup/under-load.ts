import { readFileSync } from 'node:fs';
import { Redis } from 'ioredis';
import { check } from '@app/testing/checker/checker.js';
import type { History, Seen, Send, Violation } from '@app/testing/checker/history.js';
import { type Load, talk, type Talker } from '@app/testing/checker/load.js';
import { readBack } from '@app/testing/checker/read-back.js';
import { tokenOf } from '@app/testing/tokens.js';
import type { StartedSuite } from './start-suite.ts';

/** People talk this long before something happens. */
const SETTLE_MS = 1500;
const LONGEST_MS = 240_000;

/** The seed of a run: `PARLEY_TEST_SEED` repeats one. */
export const seed = Number(process.env.PARLEY_TEST_SEED ?? Date.now() % 1_000_000);

/** Settings of a suite whose people say and connect more than people do. */
export const UNLIMITED = {
  MESSAGE_RATE_LIMIT: '1000000',
  HANDSHAKE_RATE_LIMIT: '1000000',
  REQUEST_RATE_LIMIT: '1000000',
  REFUSED_REQUESTS_LIMIT: '1000000',
  PERSON_RATE_LIMIT: '1000000',
  ADDRESS_RATE_LIMIT: '1000000',
  // A client that polls leaves a session behind when its gateway dies, until the node misses its pong.
  SOCKETS_PER_USER: '1000',
};

/** A group, made by its first member. */
export async function groupOf(suite: StartedSuite, userIds: readonly string[]): Promise<string> {
  const [first = '', ...participantIds] = userIds;
  const { gateway, jwtSecret } = suite.is;
  const ask = () =>
    fetch(`${gateway}/api/v1/chat/conversations`, {
      method: 'POST',
      headers: { authorization: `Bearer ${tokenOf(first, {}, jwtSecret)}`, 'content-type': 'application/json' },
      body: JSON.stringify({ participantIds, isGroup: true, name: 'Team' }),
    });
  let answer = await ask();
  // A gateway that has just begun may try a node that is not there yet.
  for (let tries = 1; answer.status === 503 && tries < 10; tries++) answer = await pause(100).then(ask);
  if (!answer.ok) throw new Error(`no group: ${answer.status} ${await answer.text()}`);
  return ((await answer.json()) as { data: { _id: string } }).data._id;
}

/** Groups whose members sit on all of these nodes and all talk: places are contended for. */
export async function hotGroups(
  suite: StartedSuite,
  of: { name: string; groups: number; nodes: number; each: number },
) {
  const made = Array.from({ length: of.groups }, async (_, group) => {
    const people = Array.from({ length: of.nodes * of.each }, (_, n) => `${of.name}-${group}-${n}`);
    const conversationId = await groupOf(suite, people);
    return people.map((userId, n): Talker => ({ userId, conversationId, node: n % of.nodes }));
  });
  return (await Promise.all(made)).flat();
}

/** What people said and what became of it; `violations` is the checker's word. */
export interface Run extends History {
  acked: Send[];
  violations: Violation[];
}

/** What a test says of the people that talk. */
export type Talking = Pick<Load, 'urls' | 'talkers' | 'patienceMs'>;

/**
 * Lets people talk while something happens to the processes, and a moment longer; reads everything back and has it checked.
 * `meanwhile` may let more people begin.
 */
export async function underLoad(
  suite: StartedSuite,
  load: Talking,
  meanwhile: (begin: (more: Talking) => void) => Promise<void>,
): Promise<Run> {
  const stop = new AbortController();
  const loads: Talking[] = [];
  const talks: ReturnType<typeof talk>[] = [];
  const begin = (more: Talking): void => {
    const how = { forMs: LONGEST_MS, seed: seed + 1000 * loads.length, secret: suite.is.jwtSecret, stop: stop.signal };
    loads.push(more);
    const talking = talk({ ...how, ...more });
    // Waited for below; what happens to the processes may fail first.
    talking.catch(() => undefined);
    talks.push(talking);
  };
  begin(load);
  const happening = pause(SETTLE_MS).then(() => meanwhile(begin));
  // Who talks fails only together with the test.
  await Promise.race([happening, Promise.all(talks).then(() => happening)]).finally(() => stop.abort());
  const said = await Promise.all(talks);
  const kept = await keptOf(
    suite,
    loads.flatMap(({ talkers }) => talkers),
  );
  const sends = said.flatMap((one) => one.sends);
  const history: History = { sends, heard: said.flatMap((one) => one.heard), kept, shown: [] };
  return { ...history, acked: sends.filter(({ outcome }) => outcome === 'acked'), violations: check(history) };
}

/** Prints what a run was, with the seed that repeats it. */
export function reported(what: string, { sends, acked, kept }: Run): void {
  const unknown = sends.filter(({ outcome }) => outcome === 'unknown').length;
  const slowest = Math.round(Math.max(...acked.map(({ startedAt, endedAt = 0 }) => endedAt - startedAt)));
  const counts = `${sends.length} tries, ${acked.length} acks, ${unknown} unknown, ${kept.length} messages`;
  process.stdout.write(`${what}, seed ${seed}: ${counts}, slowest ack ${slowest} ms\n`);
}

/** Every conversation, as one of its members reads it at the gateway. */
async function keptOf({ is }: StartedSuite, talkers: readonly Talker[]): Promise<Seen[]> {
  const readers = new Map(talkers.map(({ conversationId, userId }) => [conversationId, userId]));
  const kept: Seen[] = [];
  for (const [id, userId] of readers) {
    kept.push(...(await readBack(`${is.gateway}/api/v1/chat`, id, { userId, secret: is.jwtSecret })));
  }
  return kept;
}

/** Watches which node the others forward contended conversations to. */
export class LaneWatch {
  /** How many packets went to each node since the last `forget`. */
  readonly to = new Map<string, number>();

  private constructor(private readonly redis: Redis) {
    redis.on('pmessage', (_pattern, channel: string) => {
      const [, node = '', answers] = channel.split(':');
      if (answers === undefined) this.to.set(node, (this.to.get(node) ?? 0) + 1);
    });
  }

  static async begin({ is }: StartedSuite): Promise<LaneWatch> {
    const redis = new Redis(is.redis);
    await redis.psubscribe('lanes:*');
    return new LaneWatch(redis);
  }

  forget(): void {
    this.to.clear();
  }

  /** The node that most was forwarded to, once that is something. */
  async busiest(among: (node: string) => boolean = () => true): Promise<string> {
    for (const end = Date.now() + 20_000; Date.now() < end; await pause(50)) {
      const [most] = [...this.to].filter(([node]) => among(node)).toSorted((a, b) => b[1] - a[1]);
      if (most && most[1] >= 20) return most[0];
    }
    throw new Error('nothing was forwarded');
  }

  end(): void {
    this.redis.disconnect();
  }
}

export const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Resolves when a process may be asked for things. */
export async function ready(url: string): Promise<void> {
  const is = () =>
    fetch(`${url}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  for (const end = Date.now() + 30_000; !(await is()); await pause(50)) {
    if (Date.now() > end) throw new Error(`${url} is not ready`);
  }
}

/** Resident memory of a process, in MiB. */
export function memoryOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024);
}
