import type { IncomingMessage } from 'node:http';
import { BlockList, isIPv6 } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { ENV } from '@app/common/env/shared.settings.js';
import type { ChatEnv } from '../../env.js';
import { clientAddress } from './address.rules.js';
import { type Bucket, takeOne } from './bucket.rules.js';

const WINDOW_MS = 60_000;

/** Limits how often one address begins a connection, whoever it says it is. */
@Injectable()
export class HandshakeLimits {
  private readonly buckets = new LRUCache<string, Bucket>({ max: 50_000 });
  private readonly waits = new WeakMap<IncomingMessage, number>();
  private readonly proxies = new BlockList();
  private readonly limit: number;

  constructor(@Inject(ENV) env: ChatEnv) {
    this.limit = env.HANDSHAKE_RATE_LIMIT;
    for (const network of env.TRUSTED_PROXIES) {
      const [address = '', bits] = network.split('/');
      if (bits === undefined) this.proxies.addAddress(address, family(address));
      else this.proxies.addSubnet(address, Number(bits), family(address));
    }
  }

  /** Counts a handshake: once a connection, however many namespaces it then asks for. */
  arrived(request: IncomingMessage): void {
    const address = this.addressOf(request);
    const allowance = { limit: this.limit, windowMs: WINDOW_MS };
    const { bucket, retryAfterMs } = takeOne(this.buckets.get(address), Date.now(), allowance);
    this.buckets.set(address, bucket);
    this.waits.set(request, retryAfterMs);
  }

  /** 0 when the handshake of this request may go on, else the milliseconds to wait. */
  retryAfter(request: IncomingMessage): number {
    return this.waits.get(request) ?? 0;
  }

  private addressOf(request: IncomingMessage): string {
    const said = request.headers['x-forwarded-for'];
    return clientAddress(
      { remote: request.socket.remoteAddress ?? '', forwardedFor: typeof said === 'string' ? said : said?.join(',') },
      (address) => this.proxies.check(address, family(address)),
    );
  }
}

function family(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}
