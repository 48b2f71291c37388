import type { Redis } from 'ioredis';
import { keys } from '../redis/keys.js';

/** One entry of a stream, as it lies there. */
export interface Entry {
  id: string;
  raw: string;
  /** Where what it tells of is in its trace, if that is traced. */
  traceparent?: string;
}

type Found = [id: string, fields: string[] | null][];

const BATCH = 100;
const MAX_DELIVERIES = 5;
const DEAD_LETTERS_KEPT = 10_000;

/** Workers that died leave their names behind; those with nothing pending are forgotten. KEYS[1] stream, ARGV: group, idle ms. */
const FORGET_DEAD = `
for _, about in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  local worker = {}
  for at = 1, #about, 2 do worker[about[at]] = about[at + 1] end
  if worker.pending == 0 and worker.idle > tonumber(ARGV[2]) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], worker.name)
  end
end`;

/** One worker's place in a consumer group of an event type's stream: the commands, without the loop. */
export class StreamGroup {
  readonly stream: string;

  constructor(
    private readonly redis: Redis,
    private readonly who: { type: string; group: string; worker: string },
  ) {
    this.stream = keys.eventStream(who.type);
  }

  /** Makes the group, from the stream's beginning; one that is there stays. */
  async create(): Promise<void> {
    try {
      await this.redis.xgroup('CREATE', this.stream, this.who.group, '0', 'MKSTREAM');
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('BUSYGROUP'))) throw error;
    }
  }

  /** Events that no worker of the group has had; waits for the first as long as `blockMs`. */
  async readNew(blockMs: number): Promise<Entry[]> {
    const { group, worker } = this.who;
    const limits = ['COUNT', BATCH, 'BLOCK', blockMs] as const;
    const answer = await this.redis.xreadgroup('GROUP', group, worker, ...limits, 'STREAMS', this.stream, '>');
    return entries(answer?.[0]?.[1] ?? []);
  }

  /** Takes what any worker has had for `idleMs` without finishing it; `next` is `0-0` when there is no more. */
  async claim(idleMs: number, from: string): Promise<{ taken: Entry[]; next: string }> {
    const { group, worker } = this.who;
    const answer = await this.redis.xautoclaim(this.stream, group, worker, idleMs, from, 'COUNT', BATCH);
    const [next, found] = answer as [string, Found];
    return { taken: entries(found), next };
  }

  /** Says that these are still worked on, which does not count as a delivery. */
  async hold(held: Entry[]): Promise<void> {
    const ids = held.map(({ id }) => id);
    await this.redis.call('XCLAIM', [this.stream, this.who.group, this.who.worker, 0, ...ids, 'JUSTID']);
  }

  /** The ids among these that have been delivered more often than an event may be. */
  async deliveredTooOften(taken: Entry[]): Promise<Set<string>> {
    const asked = this.redis.pipeline();
    for (const { id } of taken) asked.xpending(this.stream, this.who.group, id, id, 1);
    const answers = (await asked.exec()) ?? [];
    const pending = answers.flatMap(([error, rows]) => {
      if (error) throw error;
      return rows as [id: string, worker: string, idle: number, deliveries: number][];
    });
    return new Set(pending.filter(([, , , deliveries]) => deliveries > MAX_DELIVERIES).map(([id]) => id));
  }

  /** Moves entries to the group's dead letters, each with the id it had. */
  async bury(dead: Entry[]): Promise<void> {
    const letters = this.redis.multi();
    const kept = keys.deadLetters(this.who.type, this.who.group);
    for (const { id, raw } of dead) {
      letters.xadd(kept, 'MAXLEN', '~', DEAD_LETTERS_KEPT, '*', 'event', raw, 'was', id);
      letters.xack(this.stream, this.who.group, id);
    }
    await letters.exec();
  }

  /** Says that these are finished. */
  async acknowledge(done: Entry[]): Promise<void> {
    await this.redis.xack(this.stream, this.who.group, ...done.map(({ id }) => id));
  }

  /** Forgets workers that have nothing pending and have not asked for `idleMs`. */
  async forgetDead(idleMs: number): Promise<void> {
    await this.redis.eval(FORGET_DEAD, 1, this.stream, this.who.group, idleMs);
  }
}

function entries(found: Found): Entry[] {
  // An entry that was trimmed while pending comes without fields.
  return found.flatMap(([id, fields]) => {
    if (!fields) return [];
    const [, raw = '', more, traceparent] = fields;
    return [{ id, raw, ...(more === 'traceparent' && traceparent !== undefined && { traceparent }) }];
  });
}
