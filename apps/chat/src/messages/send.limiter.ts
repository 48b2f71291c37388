import { Inject, Injectable } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { LRUCache } from 'lru-cache';
import { ENV } from '@app/common/env/shared.settings.js';
import { keys } from '@app/common/redis/keys.js';
import type { ChatEnv } from '../env.js';
import { type Sends, takeSend, turnAfter } from './send.rules.js';

/** Injection token of the limiter's own connection: no offline queue, little patience. */
export const LIMITER_REDIS = Symbol('LIMITER_REDIS');
/** How long Redis may take before the node counts by itself. */
export const LIMITER_PATIENCE_MS = 100;
/** Refused sends that are looked up in a window at most; as many as may have been kept in it, if those are fewer. */
const MOST_LOOKS = 100;

/**
 * The latest sends of a person as a list of times, newest first, never longer than the limit; each step is O(1).
 * KEYS[1] the list, KEYS[2] the last turn given. ARGV: limit, window in ms, the time of asking. Answers 0, or the
 * milliseconds to wait (as `turnAfter` says), or -1 for what was asked too long ago: a Redis that was frozen would count,
 * as of now, what the nodes have counted meanwhile.
 */
const TAKE = `
local t = redis.call('TIME')
local now = tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
local limit, window = tonumber(ARGV[1]), tonumber(ARGV[2])
if now - tonumber(ARGV[3]) > 2000 then return -1 end
local oldest = redis.call('LINDEX', KEYS[1], limit - 1)
if oldest and tonumber(oldest) > now - window then
  local turn, last = tonumber(oldest) + window, tonumber(redis.call('GET', KEYS[2]) or '0')
  if last >= turn then turn = math.min(last + math.ceil(window / limit), now + 2 * window) end
  redis.call('SET', KEYS[2], string.format('%.0f', turn), 'PX', turn - now)
  return turn - now
end
redis.call('LPUSH', KEYS[1], string.format('%.0f', now))
redis.call('LTRIM', KEYS[1], 0, limit - 1)
redis.call('PEXPIRE', KEYS[1], window)
return 0
`;

/** A connection that knows the script. */
export interface WithTake extends Redis {
  takeSend(key: string, turnKey: string, ...given: [limit: number, windowMs: number, askedAt: number]): Promise<number>;
}

/** Limits a person's sends over all sockets, nodes and dialects together; by this node's own count while Redis is away. */
@Injectable()
export class SendLimiter {
  private readonly redis: WithTake;
  private readonly own = new LRUCache<string, Sends>({ max: 10_000 });
  private readonly turns = new LRUCache<string, number>({ max: 10_000 });
  private readonly looks = new LRUCache<string, Sends>({ max: 10_000 });
  private readonly allowance: { limit: number; windowMs: number };

  constructor(@Inject(LIMITER_REDIS) redis: Redis, @Inject(ENV) env: ChatEnv) {
    redis.defineCommand('takeSend', { lua: TAKE, numberOfKeys: 2 });
    this.redis = redis as WithTake;
    this.allowance = { limit: env.MESSAGE_RATE_LIMIT, windowMs: env.MESSAGE_RATE_WINDOW };
  }

  /** Counts one send: 0 when it may go, else the milliseconds to wait. One round trip, shared with whoever asks at the same time. */
  async take(userId: string): Promise<number> {
    const { limit, windowMs } = this.allowance;
    // Redis may be away or frozen, or its clock far from ours: this node's own count holds meanwhile.
    const [sends, turn] = [keys.messageRate(userId), keys.messageTurn(userId)];
    const waits = await this.redis.takeSend(sends, turn, limit, windowMs, Date.now()).catch(() => -1);
    return waits < 0 ? this.byOwnCount(userId) : waits;
  }

  /** Whether a refused send of this person may still be looked up in MongoDB: one who floods may not make it read. */
  mayLook(userId: string): boolean {
    const limit = Math.min(this.allowance.limit, MOST_LOOKS);
    const { sends, retryAfterMs } = takeSend(this.looks.get(userId) ?? [], Date.now(), { ...this.allowance, limit });
    this.looks.set(userId, sends);
    return retryAfterMs === 0;
  }

  private byOwnCount(userId: string): number {
    const now = Date.now();
    const { sends, retryAfterMs } = takeSend(this.own.get(userId) ?? [], now, this.allowance);
    this.own.set(userId, sends);
    if (retryAfterMs === 0) return 0;
    const turn = turnAfter(this.turns.get(userId) ?? 0, now + retryAfterMs, { now, ...this.allowance });
    this.turns.set(userId, turn);
    return turn - now;
  }
}
