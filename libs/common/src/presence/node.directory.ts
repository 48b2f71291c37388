import { Inject, Injectable } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { keys } from '../redis/keys.js';
import { REDIS } from '../redis/redis.module.js';

/** A lease that is not renewed for this long means a dead node. */
export const LEASE_MS = 9_000;
/** What dead nodes left behind, and nobody claimed, vanishes by itself after this time. */
const LEFTOVER_MS = 24 * 60 * 60 * 1000;
/** How long one reading of the living nodes is good for. */
const FRESH_MS = 2_000;
/** How long Redis may take before what was known last is the answer. */
const PATIENCE_MS = 300;

/** The register holds when each run's lease ends, by Redis's own clock. ARGV: run, lease ms, value, leftover ms. Answers 1 when the lease was alive. */
const RENEW = `
local t = redis.call('TIME')
local now = tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
local had = redis.call('EXISTS', KEYS[1])
redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[2])
redis.call('ZADD', KEYS[2], now + tonumber(ARGV[2]), ARGV[1])
redis.call('PEXPIRE', KEYS[2], ARGV[4])
return had
`;

/** Gives the lease up; the run's people may be claimed after ARGV[2] ms. */
const END = `
local t = redis.call('TIME')
redis.call('DEL', KEYS[1])
redis.call('ZADD', KEYS[2], tonumber(t[1]) * 1000 + tonumber(ARGV[2]), ARGV[1])
return 1
`;

/** A run that was only frozen has its lease again, and needs its people listed. */
const STRIKE = `
if redis.call('EXISTS', KEYS[1]) == 1 then return redis.call('DEL', KEYS[4]) end
redis.call('ZREM', KEYS[2], ARGV[1])
return redis.call('DEL', KEYS[3], KEYS[4])
`;

/** A run of a node whose lease has ended, and when it was last seen to live. */
export interface DeadRun {
  run: string;
  lastAliveAt: Date;
}

/**
 * The chat nodes and their leases. A lease belongs to a *run* of a node, `<nodeId>~<random>`: a node that is killed and
 * started anew under its old name must not keep the dead one's people online.
 */
@Injectable()
export class NodeDirectory {
  private known: string[] = [];
  private readAt = 0;
  private reading: Promise<string[]> | undefined;

  constructor(@Inject(REDIS) private readonly redis: Redis) {}

  /** Says that a run lives, for 9 s, and the dialects its sockets speak; answers whether it was known to live until now. */
  async renew(run: string, dialects: readonly string[] = []): Promise<boolean> {
    const [lease, register] = [keys.nodeLease(run), keys.nodes()];
    const had = await this.redis.eval(RENEW, 2, lease, register, run, LEASE_MS, dialects.join(','), LEFTOVER_MS);
    return had === 1;
  }

  /** Says that a run has ended; its people may be claimed after `graceMs`. */
  async end(run: string, graceMs = 0): Promise<void> {
    await this.redis.eval(END, 2, keys.nodeLease(run), keys.nodes(), run, graceMs);
  }

  /** The names of the living nodes, sorted; at most two seconds old, older while Redis does not answer. */
  async live(): Promise<string[]> {
    if (Date.now() - this.readAt < FRESH_MS) return this.known;
    const patience = new Promise<string[]>((resolve) => setTimeout(resolve, PATIENCE_MS, this.known).unref());
    return Promise.race([this.readOnce().catch(() => this.known), patience]);
  }

  /** Runs whose lease has ended and whose people nobody has claimed. */
  async dead(): Promise<DeadRun[]> {
    const [seconds, micros] = await this.redis.time();
    const now = Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
    const ended = await this.redis.zrangebyscore(keys.nodes(), '-inf', now, 'WITHSCORES');
    const runs = ended.filter((_, index) => index % 2 === 0);
    if (runs.length === 0) return [];
    const leases = await this.redis.mget(runs.map(keys.nodeLease));
    return runs.flatMap((run, index) =>
      leases[index] === null ? [{ run, lastAliveAt: new Date(Number(ended[2 * index + 1]) - LEASE_MS) }] : [],
    );
  }

  /** Takes a dead run's people for this node, for `ms`; one node wins. */
  async claim(run: string, by: string, ms: number): Promise<boolean> {
    return (await this.redis.set(keys.nodeClaim(run), by, 'PX', ms, 'NX')) === 'OK';
  }

  /** Strikes a dead run off the register: its people have been dealt with. One that lives after all stays. */
  async strike(run: string): Promise<void> {
    const own = [keys.nodeLease(run), keys.nodes(), keys.nodePeople(run), keys.nodeClaim(run)];
    await this.redis.eval(STRIKE, own.length, ...own, run);
  }

  private readOnce(): Promise<string[]> {
    this.reading ??= this.read().finally(() => (this.reading = undefined));
    return this.reading;
  }

  private async read(): Promise<string[]> {
    const living = (await this.leases()).filter(({ value }) => value !== null);
    this.known = [...new Set(living.map(({ run }) => nodeOf(run)))].sort();
    this.readAt = Date.now();
    return this.known;
  }

  private async leases(): Promise<{ run: string; value: string | null }[]> {
    const runs = await this.redis.zrange(keys.nodes(), 0, '-1');
    if (runs.length === 0) return [];
    const values = await this.redis.mget(runs.map(keys.nodeLease));
    return runs.map((run, index) => ({ run, value: values[index] ?? null }));
  }
}

/** The name of the node that a run is of. */
function nodeOf(run: string): string {
  return run.split('~')[0] ?? run;
}
