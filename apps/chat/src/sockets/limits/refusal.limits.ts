import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { ENV } from '@app/common/env/shared.settings.js';
import { ERRORS, type ErrorCode } from '@app/contracts/errors.js';
import type { ChatEnv } from '../../env.js';
import { type Bucket, takeOne } from './bucket.rules.js';

const WINDOW_MS = 60_000;
/** From here on it is not the client's doing. */
const SERVER_ERROR = 500;

/** Limits how much a person is refused, over all sockets of this node: a refusal is work too. */
@Injectable()
export class RefusalLimits {
  private readonly buckets = new LRUCache<string, Bucket>({ max: 50_000 });
  private readonly limit: number;

  constructor(@Inject(ENV) env: ChatEnv) {
    this.limit = env.REFUSED_REQUESTS_LIMIT;
  }

  /** Counts one refusal: true when it was one too many. */
  isTooMuch(userId: string, code: ErrorCode): boolean {
    if (ERRORS[code].http >= SERVER_ERROR) return false;
    const allowance = { limit: this.limit, windowMs: WINDOW_MS };
    const { bucket, retryAfterMs } = takeOne(this.buckets.get(userId), Date.now(), allowance);
    this.buckets.set(userId, bucket);
    return retryAfterMs > 0;
  }
}
