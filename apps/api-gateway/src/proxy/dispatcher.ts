import { AppError } from '@app/common/errors/app-error.js';
import { Injectable } from '@nestjs/common';
import { ROUTES } from '../routes.js';
import { type Refusal, sessionUnknown, upstreamDown } from './refusal.js';
import { addressOf } from './routing/path.rules.js';
import { type Way, wayOf } from './routing/route.rules.js';
import { sessionClaimOf } from './routing/session.rules.js';
import type { Pool, Upstream } from './upstreams/pool.js';
import { Upstreams } from './upstreams/upstreams.js';

/** A request's way, with the upstream that was chosen for it. */
export interface Passage {
  url: string;
  pool: Pool;
  upstream: Upstream;
  /** Engine.IO, whose GETs wait for news. */
  sockets: boolean;
  /** The answer when the upstream gives none. */
  otherwise: Refusal;
}

/** Decides which upstream gets a request. */
@Injectable()
export class Dispatcher {
  constructor(private readonly upstreams: Upstreams) {}

  /** The way of an address; throws `INVALID_INPUT` or `NOT_FOUND`. What is authorised is what is passed on. */
  wayTo(url: string): Way {
    const way = wayOf(ROUTES, addressOf(url));
    if (!way) throw new AppError('NOT_FOUND');
    return way;
  }

  /** The upstream in turn, or the one that has the Engine.IO session; undefined when none has it. */
  async passage({ route, url }: Way): Promise<Passage | undefined> {
    const pool = this.upstreams.of(route.to);
    const sockets = route.sockets ?? false;
    const claim = sockets ? sessionClaimOf(url.slice(url.indexOf('?') + 1)) : 'none';
    if (claim === 'none') return { url, pool, sockets, upstream: pool.next(), otherwise: upstreamDown };
    const upstream = claim.node === undefined ? undefined : await pool.ofNode(claim.node);
    return upstream && { url, pool, sockets, upstream, otherwise: sessionUnknown };
  }
}
