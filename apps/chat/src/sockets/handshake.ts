import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Socket } from 'socket.io';
import { type Bearer, TokenVerifier } from '@app/common/auth/token.verifier.js';
import { ENV } from '@app/common/env/shared.settings.js';
import { AppError } from '@app/common/errors/app-error.js';
import { knownError } from '@app/common/errors/known-error.js';
import { type Instruments, Metrics } from '@app/common/metrics/metrics.js';
import type { ChatEnv } from '../env.js';
import { HandshakeLimits } from './limits/handshake.limits.js';
import { Seats } from './limits/seats.js';
import { socketMetrics } from './socket.metrics.js';

/** What a socket carries from its handshake on. */
export interface SocketData {
  bearer: Bearer;
}

/** A refused handshake, as `connect_error` shows it: `message` and the wire error in `data`. */
interface Refusal extends Error {
  data?: unknown;
}

/** When a person who has all sockets may try again. */
const FULL_RETRY_MS = 10_000;

/** Accepts a connection to a namespace, or refuses it: a valid token, not too many tries, not too many sockets. */
@Injectable()
export class Handshake {
  private readonly log = new Logger(Handshake.name);
  private readonly answers: Instruments<typeof socketMetrics>['handshakes'];

  constructor(
    private readonly verifier: TokenVerifier,
    private readonly limits: HandshakeLimits,
    private readonly seats: Seats,
    @Inject(ENV) private readonly env: ChatEnv,
    metrics: Metrics,
  ) {
    this.answers = metrics.of(socketMetrics).handshakes;
    if (env.ALLOW_QUERY_TOKEN) this.log.warn('ALLOW_QUERY_TOKEN is on: tokens in addresses end up in logs');
  }

  /** Socket.IO middleware, for each namespace. */
  readonly middleware = (socket: Socket, next: (refusal?: Refusal) => void): void => {
    this.accept(socket).then(
      () => {
        this.answers.with({ code: 'OK' }).inc();
        next();
      },
      (thrown: unknown) => next(this.refusal(thrown)),
    );
  };

  private async accept(socket: Socket): Promise<void> {
    const retryAfterMs = this.limits.retryAfter(socket.request);
    if (retryAfterMs > 0) throw new AppError('RATE_LIMITED', { retryAfterMs });
    const bearer = await this.verifier.verify(this.tokenOf(socket));
    // Whoever left meanwhile says so no more, and would keep a seat for ever.
    if (socket.conn.readyState !== 'open') throw new AppError('UNAVAILABLE');
    if (!(await this.seats.take(bearer.id, socket))) {
      const message = `You have ${this.env.SOCKETS_PER_USER} sockets already; close one.`;
      throw new AppError('RATE_LIMITED', { message, retryAfterMs: FULL_RETRY_MS });
    }
    (socket.data as SocketData).bearer = bearer;
  }

  /** `auth.token`, else the Authorization header, else, where that is allowed, the query. */
  private tokenOf(socket: Socket): unknown {
    const { auth, headers, query } = socket.handshake;
    const given = (auth as Record<string, unknown>).token ?? headers.authorization;
    if (given !== undefined) return typeof given === 'string' ? given.replace(/^Bearer +/i, '') : given;
    if (query.token === undefined || this.env.ALLOW_QUERY_TOKEN) return query.token;
    const message = 'A token in the address is not accepted, as addresses end up in logs; send it as auth.token.';
    throw new AppError('UNAUTHENTICATED', { message });
  }

  private refusal(thrown: unknown): Refusal {
    const error = knownError(thrown, this.log);
    const { code, cause } = error;
    this.log.debug({ code, reason: cause instanceof Error ? cause.message : error.message }, 'a handshake was refused');
    this.answers.with({ code: error.code }).inc();
    const refused: Refusal = new Error(error.message);
    refused.data = error.toWire();
    return refused;
  }
}
