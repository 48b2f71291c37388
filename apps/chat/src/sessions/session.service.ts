import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { EndedSessions } from '@app/common/auth/sessions/ended-sessions.js';
import { TokenVerifier } from '@app/common/auth/token.verifier.js';
import { ENV } from '@app/common/env/shared.settings.js';
import { AppError } from '@app/common/errors/app-error.js';
import type { Asker } from '../asker.js';
import type { ChatEnv } from '../env.js';
import { endOf, nextLook } from './session.rules.js';

/** Why a connection is cut. */
export type Why = 'expired' | 'ended';

/** A connection of somebody, for as long as a token says so. */
export interface Session {
  who: Asker & { connectionId: string };
  /** When the token of the handshake ends, if it does. */
  expiresAt?: number;
  /** The session that token is of, when it is one of ours. */
  sessionId?: string;
  /** Ends the connection, as its token has expired or its session has ended. */
  cut: (why: Why) => void;
}

/** Until when a connection lasts now. */
export interface Renewed {
  userId: string;
  /** @format date-time */
  expiresAt: string;
}

interface Running {
  session: Session;
  endsAt: number;
  why: Why;
  /** The session of the newest token. */
  sessionId?: string;
  timer?: NodeJS.Timeout;
}

/** Cuts connections whose token has expired, unless a fresh one came in time, and at once those whose session has ended. */
@Injectable()
export class SessionService implements OnModuleInit {
  private readonly running = new Map<string, Running>();
  private readonly bySession = new Map<string, Set<Running>>();

  constructor(
    private readonly verifier: TokenVerifier,
    private readonly ended: EndedSessions,
    @Inject(ENV) private readonly env: ChatEnv,
  ) {}

  onModuleInit(): void {
    this.ended.listen((ids) => {
      for (const id of ids) for (const running of this.bySession.get(id) ?? []) this.over(running);
    });
  }

  begin(session: Session): void {
    const running: Running = { session, endsAt: 0, why: 'expired' };
    this.running.set(session.who.connectionId, running);
    this.holdTo(running, session);
  }

  end(connectionId: string): void {
    const running = this.running.get(connectionId);
    if (!running) return;
    clearTimeout(running.timer);
    this.running.delete(connectionId);
    this.leave(running);
  }

  /** Takes a fresh token of the same person. A token that is refused leaves the connection as it was. */
  async renew(who: Asker, { token }: { token: string }): Promise<Renewed> {
    const bearer = await this.verifier.verify(token);
    if (bearer.id !== who.id)
      throw new AppError('FORBIDDEN', { message: 'The token is somebody else’s; connect anew.' });
    const running = this.running.get(who.connectionId ?? '');
    // It was cut while the token was being verified.
    if (!running) throw new AppError('UNAUTHENTICATED');
    running.session.who.role = bearer.role;
    this.leave(running);
    this.holdTo(running, bearer);
    return { userId: bearer.id, expiresAt: new Date(running.endsAt).toISOString() };
  }

  /** From here on it lasts as long as this token and its session do. */
  private holdTo(running: Running, token: { expiresAt?: number; sessionId?: string }): void {
    running.endsAt = endOf(token, Date.now(), this.env.TOKEN_MAX_AGE * 1000);
    running.sessionId = token.sessionId;
    if (token.sessionId !== undefined) {
      const same = this.bySession.get(token.sessionId) ?? new Set();
      this.bySession.set(token.sessionId, same.add(running));
      // It ended after the token was verified, before anybody could be told.
      if (this.ended.has(token.sessionId)) return this.over(running);
    }
    this.watch(running);
  }

  private leave(running: Running): void {
    const id = running.sessionId ?? '';
    const same = this.bySession.get(id);
    same?.delete(running);
    if (same?.size === 0) this.bySession.delete(id);
  }

  private over(running: Running): void {
    running.endsAt = 0;
    running.why = 'ended';
    this.watch(running);
  }

  private watch(running: Running): void {
    const { session } = running;
    clearTimeout(running.timer);
    running.timer = setTimeout(
      () => (Date.now() < running.endsAt ? this.watch(running) : session.cut(running.why)),
      nextLook(Date.now(), running.endsAt),
    ).unref();
  }
}
