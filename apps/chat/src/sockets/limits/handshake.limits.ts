import type { IncomingMessage } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { countedAs } from '@app/common/address/address.rules.js';
import { ClientAddresses } from '@app/common/address/client-addresses.js';
import { ENV } from '@app/common/env/shared.settings.js';
import type { ChatEnv } from '../../env.js';
import { type Bucket, takeOne } from './bucket.rules.js';

const WINDOW_MS = 60_000;

/**
 * Limits how often one address begins a connection, whoever it says it is. Past the limit a client is told when to come
 * back; past twice the limit it is not even let in to be told.
 */
@Injectable()
export class HandshakeLimits {
  private readonly buckets = new LRUCache<string, Bucket>({ max: 50_000 });
  private readonly waits = new WeakMap<IncomingMessage, number>();
  private readonly addresses: ClientAddresses;
  private readonly limit: number;

  constructor(@Inject(ENV) env: ChatEnv) {
    this.limit = env.HANDSHAKE_RATE_LIMIT;
    this.addresses = new ClientAddresses(env.TRUSTED_PROXIES);
  }

  /** Counts a handshake, once a connection, however many namespaces it then asks for; false when it may not even open. */
  arrived(request: IncomingMessage): boolean {
    const address = countedAs(this.addresses.of(request));
    const retryAfterMs = this.take(address);
    this.waits.set(request, retryAfterMs);
    return retryAfterMs === 0 || this.take(`told ${address}`) === 0;
  }

  /** 0 when the handshake of this request may go on, else the milliseconds to wait. */
  retryAfter(request: IncomingMessage): number {
    return this.waits.get(request) ?? 0;
  }

  private take(key: string): number {
    const allowance = { limit: this.limit, windowMs: WINDOW_MS };
    const { bucket, retryAfterMs } = takeOne(this.buckets.get(key), Date.now(), allowance);
    this.buckets.set(key, bucket);
    return retryAfterMs;
  }
}
