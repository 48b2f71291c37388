import type { IncomingMessage } from 'node:http';
import { countedAs } from '@app/common/address/address.rules.js';
import { ClientAddresses } from '@app/common/address/client-addresses.js';
import { type Bearer, TokenVerifier } from '@app/common/auth/token.verifier.js';
import { ENV } from '@app/common/env/shared.settings.js';
import { AppError } from '@app/common/errors/app-error.js';
import { type Instruments, Metrics } from '@app/common/metrics/metrics.js';
import { requestIdOf } from '@app/common/logging/request-id.js';
import { keys } from '@app/common/redis/keys.js';
import { Inject, Injectable } from '@nestjs/common';
import type { Env } from './env.js';
import { headersOf, tightest } from './limits/bucket.rules.js';
import { limitMetrics } from './limits/limit.metrics.js';
import { type Bucket, Limiter } from './limits/limiter.js';
import { addressOf } from './proxy/routing/path.rules.js';
import { type Way, wayOf } from './proxy/routing/route.rules.js';
import { type Route, ROUTES } from './routes.js';

const WINDOW_MS = 60_000;

/** A bucket, and whose allowance it is. */
interface Allowed extends Bucket {
  of: 'address' | 'person' | 'uploads';
}

/** What was found out about a request when it came. */
export interface Admitted {
  way: Way;
  /** The bearer of its token; undefined when it has none, or none that is valid. */
  bearer: Bearer | undefined;
}

/** Lets requests and WebSocket handshakes in: a path that the table names, an id, a token where one is needed, an allowance. */
@Injectable()
export class Admission {
  private readonly admitted = new WeakMap<IncomingMessage, Admitted>();
  private readonly ways = new WeakMap<IncomingMessage, Way>();
  private readonly addresses: ClientAddresses;
  private readonly refused: Instruments<typeof limitMetrics>['refused'];

  constructor(
    private readonly limiter: Limiter,
    private readonly verifier: TokenVerifier,
    @Inject(ENV) private readonly env: Env,
    metrics: Metrics,
  ) {
    this.refused = metrics.of(limitMetrics).refused;
    this.addresses = new ClientAddresses(env.TRUSTED_PROXIES);
  }

  /** Gives a request its id, the same for every line and every service it reaches. */
  name(request: IncomingMessage): string {
    const id = requestIdOf(request.headers);
    request.headers['x-request-id'] = id;
    Object.assign(request, { id });
    return id;
  }

  /** Lets a request in, or throws why not; `tell` sets the headers of its answer. */
  async admit(request: IncomingMessage, tell: (name: string, value: number) => void): Promise<Admitted> {
    if (lacksHost(request)) throw new AppError('INVALID_INPUT', { message: 'The Host header is missing.' });
    const way = wayOf(ROUTES, addressOf(request.url ?? ''));
    if (!way) throw new AppError('NOT_FOUND');
    this.ways.set(request, way);
    const { route } = way;
    const { bearer, failure } = await this.bearerOf(request, route);
    await this.count(this.bucketsOf(request, route, bearer), tell);
    if (failure && route.auth === 'bearer') throw failure;
    const admitted = { way, bearer };
    this.admitted.set(request, admitted);
    return admitted;
  }

  /** What was found out about a request that was let in. */
  of(request: IncomingMessage): Admitted {
    const admitted = this.admitted.get(request);
    if (!admitted) throw new Error('a request came past its admission');
    return admitted;
  }

  /** The path of the row that a request came under, also of one that was refused. */
  rowOf(request: IncomingMessage): string | undefined {
    return this.ways.get(request)?.route.path;
  }

  private async count(buckets: Allowed[], tell: (name: string, value: number) => void): Promise<void> {
    const all = await this.limiter.take(buckets);
    const left = tightest(all);
    if (!left) return;
    for (const [name, value] of Object.entries(headersOf(left))) tell(name, value);
    if (left.retryAfterMs === 0) return;
    this.refused.with({ allowance: buckets[all.indexOf(left)]?.of ?? 'address' }).inc();
    throw new AppError('RATE_LIMITED', { retryAfterMs: left.retryAfterMs });
  }

  /** A wrong token counts as a request before it is refused, so its refusal comes as a value. */
  private async bearerOf({ headers }: IncomingMessage, route: Route): Promise<{ bearer?: Bearer; failure?: Error }> {
    const token = /^bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
    if (route.sockets || route.limit === 'none' || (token === undefined && route.auth === 'public')) return {};
    return this.verifier.verify(token).then(
      (bearer) => ({ bearer }),
      (failure: Error) => ({ failure }),
    );
  }

  private bucketsOf(request: IncomingMessage, { limit: counts }: Route, bearer: Bearer | undefined): Allowed[] {
    if (counts === 'none') return [];
    const { ADDRESS_RATE_LIMIT, PERSON_RATE_LIMIT, UPLOAD_RATE_LIMIT } = this.env;
    const bucket = (of: Allowed['of'], key: string, limit: number): Allowed => ({
      of,
      key,
      limit,
      windowMs: WINDOW_MS,
    });
    const uploads = counts === 'uploads' && ['POST', 'PUT', 'PATCH'].includes(request.method ?? '');
    return [
      bucket('address', keys.addressRate(countedAs(this.addresses.of(request))), ADDRESS_RATE_LIMIT),
      ...(bearer ? [bucket('person', keys.personRate(bearer.id), PERSON_RATE_LIMIT)] : []),
      ...(bearer && uploads ? [bucket('uploads', keys.uploadRate(bearer.id), UPLOAD_RATE_LIMIT)] : []),
    ];
  }
}

/** HTTP/1.0, which probes of load balancers speak, needs none. */
function lacksHost({ headers, httpVersion }: IncomingMessage): boolean {
  return headers.host === undefined && httpVersion !== '1.0';
}
