import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { ENV } from '@app/common/env/shared.settings.js';
import type { ChatEnv } from '../../env.js';
import type { VerbName } from '../../verbs.js';
import { type Bucket, takeOne } from './bucket.rules.js';

const WINDOW_MS = 60_000;

/** What Redis counts, over all nodes. */
const COUNTED_ELSEWHERE: VerbName = 'sendMessage';

/** Limits how often a person asks over sockets, all of this node together: some verbs by themselves, the others together. */
@Injectable()
export class VerbLimits {
  private readonly buckets = new LRUCache<string, Bucket>({ max: 50_000 });
  private readonly limits: Partial<Record<VerbName, number>>;
  private readonly others: number;

  constructor(@Inject(ENV) env: ChatEnv) {
    this.others = env.REQUEST_RATE_LIMIT;
    this.limits = {
      joinConversation: env.JOIN_RATE_LIMIT,
      setTyping: env.TYPING_RATE_LIMIT,
      authenticate: env.AUTHENTICATE_RATE_LIMIT,
    };
  }

  /** Counts one request: 0 when it may go, else the milliseconds to wait. */
  take(userId: string, verb: VerbName): number {
    if (verb === COUNTED_ELSEWHERE) return 0;
    const own = this.limits[verb];
    const limit = own ?? this.others;
    const of = `${own === undefined ? '' : verb} ${userId}`;
    const { bucket, retryAfterMs } = takeOne(this.buckets.get(of), Date.now(), { limit, windowMs: WINDOW_MS });
    this.buckets.set(of, bucket);
    return retryAfterMs;
  }
}
