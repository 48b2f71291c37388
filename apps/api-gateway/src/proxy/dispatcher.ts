import { AppError } from '@app/common/errors/app-error.js';
import { Injectable } from '@nestjs/common';
import type { Service } from '../routes.js';
import { type Refusal, refusal, sessionUnknown } from './refusal.js';
import type { Way } from './routing/route.rules.js';
import { sessionClaimOf } from './routing/session.rules.js';
import type { Pool, Upstream } from './upstreams/pool.js';
import { Upstreams } from './upstreams/upstreams.js';

/** The service behind the gateway did not answer. */
export const upstreamDown = refusal(new AppError('UPSTREAM_DOWN', { retryAfterMs: 1000 }));

/** A request's way, with the upstream that was chosen for it. */
export interface Passage {
  url: string;
  service: Service;
  pool: Pool;
  upstream: Upstream;
  /** Engine.IO, whose GETs wait for news. */
  sockets: boolean;
  /** The answer when the upstream gives none. */
  otherwise: Refusal;
  /** How many upstreams have been tried with it. */
  tries?: number;
}

/** Decides which upstream gets a request. */
@Injectable()
export class Dispatcher {
  constructor(private readonly upstreams: Upstreams) {}

  /** The upstream in turn, or the one that has the Engine.IO session; undefined when none has it. */
  async passage({ route, url }: Way): Promise<Passage | undefined> {
    // What the gateway answers itself never comes here, unless nothing of it is at this address.
    if (route.to === 'gateway') throw new AppError('NOT_FOUND');
    const service = route.to;
    const pool = this.upstreams.of(service);
    const sockets = route.sockets ?? false;
    const claim = sockets ? sessionClaimOf(url.slice(url.indexOf('?') + 1)) : 'none';
    if (claim === 'none') return { url, service, pool, sockets, upstream: pool.next(), otherwise: upstreamDown };
    const upstream = claim.node === undefined ? undefined : await pool.ofNode(claim.node);
    return upstream && { url, service, pool, sockets, upstream, otherwise: sessionUnknown };
  }
}
