import { Inject, Injectable } from '@nestjs/common';
import { TokenVerifier } from '@app/common/auth/token.verifier.js';
import { ENV } from '@app/common/env/shared.settings.js';
import { AppError } from '@app/common/errors/app-error.js';
import type { Asker } from '../asker.js';
import type { ChatEnv } from '../env.js';
import { endOf, nextLook } from './session.rules.js';

/** A connection of somebody, for as long as a token says so. */
export interface Session {
  who: Asker & { connectionId: string };
  /** When the token of the handshake ends, if it does. */
  expiresAt?: number;
  /** Ends the connection. */
  cut: () => void;
}

/** Until when a connection lasts now. */
export interface Renewed {
  userId: string;
  /** ISO 8601 in UTC. */
  expiresAt: string;
}

interface Running {
  session: Session;
  endsAt: number;
  timer?: NodeJS.Timeout;
}

/** Cuts connections whose token has expired, unless a fresh one came in time. */
@Injectable()
export class SessionService {
  private readonly running = new Map<string, Running>();

  constructor(
    private readonly verifier: TokenVerifier,
    @Inject(ENV) private readonly env: ChatEnv,
  ) {}

  begin(session: Session): void {
    const running = { session, endsAt: this.endOf(session) };
    this.running.set(session.who.connectionId, running);
    this.watch(running);
  }

  end(connectionId: string): void {
    clearTimeout(this.running.get(connectionId)?.timer);
    this.running.delete(connectionId);
  }

  /** Takes a fresh token of the same person. A token that is refused leaves the connection as it was. */
  async renew(who: Asker, { token }: { token: string }): Promise<Renewed> {
    const bearer = await this.verifier.verify(token);
    if (bearer.id !== who.id)
      throw new AppError('FORBIDDEN', { message: 'The token is somebody else’s; connect anew.' });
    const running = this.running.get(who.connectionId ?? '');
    // It was cut while the token was being verified.
    if (!running) throw new AppError('UNAUTHENTICATED');
    running.endsAt = this.endOf(bearer);
    running.session.who.role = bearer.role;
    clearTimeout(running.timer);
    this.watch(running);
    return { userId: bearer.id, expiresAt: new Date(running.endsAt).toISOString() };
  }

  private endOf(token: { expiresAt?: number }): number {
    return endOf(token, Date.now(), this.env.TOKEN_MAX_AGE * 1000);
  }

  private watch(running: Running): void {
    const { session } = running;
    running.timer = setTimeout(
      () => (Date.now() < running.endsAt ? this.watch(running) : session.cut()),
      nextLook(Date.now(), running.endsAt),
    ).unref();
  }
}
