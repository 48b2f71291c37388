import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { LRUCache } from 'lru-cache';
import { type Allowance, type Left, takeOne } from './bucket.rules.js';

/** Injection token of the limiter's own connection: no offline queue, little patience. */
export const LIMITER_REDIS = Symbol('LIMITER_REDIS');

/** The options of that connection. */
export const IMPATIENT = {
  enableOfflineQueue: false,
  commandTimeout: 100,
  maxRetriesPerRequest: 0,
  enableAutoPipelining: true,
};

/** After Redis did not answer, it is left alone for so long, so that not every request waits for nothing. */
const LEFT_ALONE_MS = 1000;

/** A bucket to take from, under its key in Redis. */
export interface Bucket extends Allowance {
  key: string;
}

/**
 * `takeOne` for several buckets: from all of them, or from none when one is empty. KEYS the buckets, each the time it will be
 * full. ARGV: limit and window in ms of each. Answers for each: what remains, ms until it is full, ms to wait.
 */
const TAKE = `
local t = redis.call('TIME')
local now = tonumber(t[1]) * 1000 + tonumber(t[2]) / 1000
local answers, fullAt, refused = {}, {}, false
for i, key in ipairs(KEYS) do
  local window = tonumber(ARGV[2 * i])
  local each = window / tonumber(ARGV[2 * i - 1])
  local from = math.max(tonumber(redis.call('GET', key)) or 0, now)
  local wait = from + each - now - window
  fullAt[i] = from + each
  local left = { math.floor(-wait / each + 0.001), math.ceil(from + each - now), 0 }
  if wait > 0.001 then
    refused = true
    left = { 0, math.ceil(from - now), math.ceil(wait) }
  end
  for _, number in ipairs(left) do answers[#answers + 1] = number end
end
if not refused then
  for i, key in ipairs(KEYS) do
    redis.call('SET', key, string.format('%.3f', fullAt[i]), 'PX', math.ceil(fullAt[i] - now))
  end
end
return answers
`;

/** Puts one back into each bucket. KEYS the buckets. ARGV: limit and window in ms of each. */
const GIVE_BACK = `
local t = redis.call('TIME')
local now = tonumber(t[1]) * 1000 + tonumber(t[2]) / 1000
for i, key in ipairs(KEYS) do
  local fullAt = (tonumber(redis.call('GET', key)) or 0) - tonumber(ARGV[2 * i]) / tonumber(ARGV[2 * i - 1])
  if fullAt > now then
    redis.call('SET', key, string.format('%.3f', fullAt), 'PX', math.ceil(fullAt - now))
  else
    redis.call('DEL', key)
  end
end
`;

interface WithTake extends Redis {
  giveBackAll(count: number, ...keysAndAllowances: (string | number)[]): Promise<unknown>;
  takeAll(count: number, ...keysAndAllowances: (string | number)[]): Promise<number[]>;
}

/** Takes from allowances that all gateways share; by this gateway's own count while Redis is away. */
@Injectable()
export class Limiter implements OnApplicationShutdown {
  private readonly redis: WithTake;
  private readonly own = new LRUCache<string, number>({ max: 50_000 });
  private awayUntil = -Infinity;

  constructor(@Inject(LIMITER_REDIS) redis: Redis) {
    redis.defineCommand('takeAll', { lua: TAKE });
    redis.defineCommand('giveBackAll', { lua: GIVE_BACK });
    this.redis = redis as WithTake;
  }

  onApplicationShutdown(): void {
    this.redis.disconnect();
  }

  /** Takes one from each bucket, or none at all when one of them is empty. One round trip. */
  async take(buckets: readonly Bucket[]): Promise<Left[]> {
    if (buckets.length === 0) return [];
    if (performance.now() < this.awayUntil) return this.takeOwn(buckets);
    try {
      const told = await this.redis.takeAll(buckets.length, ...wordsOf(buckets));
      return buckets.map(({ limit }, index) => {
        const [remaining = 0, resetMs = 0, retryAfterMs = 0] = told.slice(3 * index);
        return { limit, remaining, resetMs, retryAfterMs };
      });
    } catch {
      this.awayUntil = performance.now() + LEFT_ALONE_MS;
      return this.takeOwn(buckets);
    }
  }

  /** Gives back what was taken, where it was taken from. */
  async giveBack(buckets: readonly Bucket[]): Promise<void> {
    if (performance.now() < this.awayUntil) return this.giveBackOwn(buckets);
    // It may have been taken while Redis was away, and this gateway may have begun to ask Redis again since.
    await this.redis.giveBackAll(buckets.length, ...wordsOf(buckets)).catch(() => this.giveBackOwn(buckets));
  }

  private giveBackOwn(buckets: readonly Bucket[]): void {
    for (const { key, limit, windowMs } of buckets) {
      const fullAt = this.own.get(key);
      if (fullAt !== undefined) this.own.set(key, fullAt - windowMs / limit);
    }
  }

  private takeOwn(buckets: readonly Bucket[]): Left[] {
    const now = Date.now();
    const taken = buckets.map((bucket) => takeOne(this.own.get(bucket.key), now, bucket));
    if (taken.every(({ left }) => left.retryAfterMs === 0)) {
      for (const [index, { fullAt }] of taken.entries()) this.own.set(buckets[index]?.key ?? '', fullAt);
    }
    return taken.map(({ left }) => left);
  }
}

function wordsOf(buckets: readonly Bucket[]): (string | number)[] {
  return [...buckets.map(({ key }) => key), ...buckets.flatMap(({ limit, windowMs }) => [limit, windowMs])];
}
