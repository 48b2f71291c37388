import { createHash } from 'node:crypto';
import { countedAs } from '@app/common/address/address.rules.js';
import { ENV } from '@app/common/env/shared.settings.js';
import { AppError } from '@app/common/errors/app-error.js';
import { keys } from '@app/common/redis/keys.js';
import { Inject, Injectable } from '@nestjs/common';
import type { Env } from '../../env.js';
import { tightest } from '../../limits/bucket.rules.js';
import { type Bucket, Limiter } from '../../limits/limiter.js';
import { folded } from './account.rules.js';

const WINDOW_MS = 15 * 60_000;

/** Counts failed logins of a name and of an address, so that passwords cannot be tried one after the other. */
@Injectable()
export class LoginLimiter {
  constructor(
    private readonly limiter: Limiter,
    @Inject(ENV) private readonly env: Env,
  ) {}

  /** Takes one try before it is made, as many come at once; throws `RATE_LIMITED` when there is none. */
  async take(login: string, address: string): Promise<Bucket[]> {
    // By the name as it was typed: whether two names are of one account is nobody's business.
    const name = createHash('sha256').update(folded(login)).digest('base64url');
    const buckets = [
      { key: keys.loginRate(name), limit: this.env.LOGIN_NAME_LIMIT, windowMs: WINDOW_MS },
      { key: keys.loginAddressRate(countedAs(address)), limit: this.env.LOGIN_ADDRESS_LIMIT, windowMs: WINDOW_MS },
    ];
    const retryAfterMs = tightest(await this.limiter.take(buckets))?.retryAfterMs ?? 0;
    if (retryAfterMs > 0) throw new AppError('RATE_LIMITED', { retryAfterMs });
    return buckets;
  }

  /** The password was right: nothing failed. What failed before still counts, or one right guess would buy more. */
  giveBack(buckets: readonly Bucket[]): Promise<void> {
    return this.limiter.giveBack(buckets);
  }
}
