import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { ENV } from '@app/common/env/shared.settings.js';
import type { ChatEnv } from '../../env.js';
import type { VerbName } from '../../verbs.js';
import { type Bucket, takeOne } from './bucket.rules.js';

const WINDOW_MS = 60_000;

/** Limits how often a person asks for what is cheap to say and costs others something, over all sockets of this node. */
@Injectable()
export class VerbLimits {
  private readonly buckets = new LRUCache<string, Bucket>({ max: 50_000 });
  private readonly limits: Partial<Record<VerbName, number>>;

  constructor(@Inject(ENV) env: ChatEnv) {
    this.limits = {
      joinConversation: env.JOIN_RATE_LIMIT,
      setTyping: env.TYPING_RATE_LIMIT,
      authenticate: env.AUTHENTICATE_RATE_LIMIT,
    };
  }

  /** Counts one request: 0 when it may go, else the milliseconds to wait. */
  take(userId: string, verb: VerbName): number {
    const limit = this.limits[verb];
    if (limit === undefined) return 0;
    const of = `${verb} ${userId}`;
    const { bucket, retryAfterMs } = takeOne(this.buckets.get(of), Date.now(), { limit, windowMs: WINDOW_MS });
    this.buckets.set(of, bucket);
    return retryAfterMs;
  }
}
