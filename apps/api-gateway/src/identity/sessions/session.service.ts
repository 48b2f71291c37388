import { randomBytes } from 'node:crypto';
import { EndedSessions } from '@app/common/auth/sessions/ended-sessions.js';
import { OWN_ISSUER } from '@app/common/auth/token.rules.js';
import { ENV } from '@app/common/env/shared.settings.js';
import { AppError } from '@app/common/errors/app-error.js';
import type { KnownUser } from '@app/common/identity/user.repository.js';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import type { Env } from '../../env.js';
import { hashOf, sessionOf } from './refresh-token.rules.js';
import { type KnownSession, SessionRepository, type Ticket } from './session.repository.js';

/** Longer names of devices are cut. */
const LONGEST_DEVICE = 256;

/** A refresh token, and the session it is of. */
export interface Issued {
  token: string;
  sessionId: string;
}

/** Logins: short access tokens that every service can check, and refresh tokens that only the gateway knows. */
@Injectable()
export class SessionService {
  private readonly log = new Logger(SessionService.name);

  constructor(
    private readonly sessions: SessionRepository,
    private readonly ended: EndedSessions,
    private readonly jwt: JwtService,
    @Inject(ENV) private readonly env: Env,
  ) {}

  /** Begins a session; answers its first refresh token. */
  async begin(userId: string, device: string | undefined): Promise<Issued> {
    const { token, ticket } = this.draw(randomBytes(16).toString('base64url'));
    await this.sessions.create(userId, ticket, device?.slice(0, LONGEST_DEVICE));
    return { token, sessionId: ticket.id };
  }

  /** Spends a refresh token for the next one. If it was spent before, somebody holds a copy: the session ends. */
  async renew(spent: string): Promise<Issued & { userId: string }> {
    if (sessionOf(spent) === undefined) throw new AppError('UNAUTHENTICATED');
    const { token, ticket } = this.draw(spent.split('.')[0] ?? '');
    const userId = await this.sessions.rotate(hashOf(spent), ticket, new Date());
    if (userId !== undefined) return { userId, token, sessionId: ticket.id };
    const owner = await this.endOne(ticket.id);
    if (owner !== undefined) this.log.warn({ userId: owner }, 'a spent refresh token came again; the session ends');
    throw new AppError('UNAUTHENTICATED');
  }

  /** Ends the session of a refresh token; one that has ended already is no error. */
  async end(token: string): Promise<void> {
    const id = sessionOf(token);
    if (id !== undefined) await this.endOne(id);
  }

  /** A person's sessions, the one used last first. */
  list(userId: string): Promise<KnownSession[]> {
    return this.sessions.list(userId, new Date());
  }

  /** Ends one session of a person; one that has ended already is no error. Throws `NOT_FOUND` when there was none. */
  async endTheirs(userId: string, sessionId: string): Promise<void> {
    const ended = await this.sessions.endOf(userId, { only: sessionId });
    if (ended.length === 0) throw new AppError('NOT_FOUND');
    this.ended.tell(ended);
  }

  /** Ends all sessions of a person, but for one that is to go on. */
  async endAll(userId: string, but?: string): Promise<void> {
    this.ended.tell(await this.sessions.endOf(userId, { ...(but !== undefined && { but }) }));
  }

  /** A token for every service, which says who someone is, and of which session. */
  accessToken({ id, username, name, role }: KnownUser, sessionId: string): Promise<string> {
    return this.jwt.signAsync(
      { ...(username && { username }), name, role, sid: sessionId },
      { secret: this.env.JWT_SECRET, subject: id, issuer: OWN_ISSUER, expiresIn: this.env.ACCESS_TOKEN_TTL },
    );
  }

  private async endOne(id: string): Promise<string | undefined> {
    const found = await this.sessions.end(id);
    if (found) this.ended.tell([found.ended]);
    return found?.userId;
  }

  private draw(family: string): { token: string; ticket: Ticket } {
    const token = `${family}.${randomBytes(32).toString('base64url')}`;
    const later = (seconds: number) => new Date(Date.now() + seconds * 1000);
    const { REFRESH_TOKEN_TTL, ACCESS_TOKEN_TTL } = this.env;
    const times = { expiresAt: later(REFRESH_TOKEN_TTL), accessUntil: later(ACCESS_TOKEN_TTL) };
    return { token, ticket: { id: sessionOf(token) ?? '', tokenHash: hashOf(token), ...times } };
  }
}
