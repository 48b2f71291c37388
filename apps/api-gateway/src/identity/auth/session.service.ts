import { randomBytes } from 'node:crypto';
import { OWN_ISSUER } from '@app/common/auth/token.rules.js';
import { ENV } from '@app/common/env/shared.settings.js';
import { AppError } from '@app/common/errors/app-error.js';
import type { KnownUser } from '@app/common/identity/user.repository.js';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import type { Env } from '../../env.js';
import { hashOf, sessionOf } from './refresh-token.rules.js';
import { SessionRepository, type Ticket } from './session.repository.js';

/** Logins: short access tokens that every service can check, and refresh tokens that only the gateway knows. */
@Injectable()
export class SessionService {
  private readonly log = new Logger(SessionService.name);

  constructor(
    private readonly sessions: SessionRepository,
    private readonly jwt: JwtService,
    @Inject(ENV) private readonly env: Env,
  ) {}

  /** Begins a session; answers its first refresh token. */
  async begin(userId: string): Promise<string> {
    const { token, ticket } = this.draw(randomBytes(16).toString('base64url'));
    await this.sessions.create(userId, ticket);
    return token;
  }

  /** Spends a refresh token for the next one. If it was spent before, somebody holds a copy: the session ends. */
  async renew(spent: string): Promise<{ userId: string; token: string }> {
    const id = sessionOf(spent);
    if (id === undefined) throw new AppError('UNAUTHENTICATED');
    const { token, ticket } = this.draw(id);
    const userId = await this.sessions.rotate(hashOf(spent), ticket, new Date());
    if (userId !== undefined) return { userId, token };
    const owner = await this.sessions.remove(id);
    if (owner !== undefined) this.log.warn({ userId: owner }, 'a spent refresh token came again; the session ends');
    throw new AppError('UNAUTHENTICATED');
  }

  /** Ends the session of a refresh token; one that has ended already is no error. */
  async end(token: string): Promise<void> {
    const id = sessionOf(token);
    if (id !== undefined) await this.sessions.remove(id);
  }

  /** A token for every service, which says who someone is. */
  accessToken({ id, username, name, role }: KnownUser): Promise<string> {
    return this.jwt.signAsync(
      { ...(username && { username }), name, role },
      { secret: this.env.JWT_SECRET, subject: id, issuer: OWN_ISSUER, expiresIn: this.env.ACCESS_TOKEN_TTL },
    );
  }

  private draw(id: string): { token: string; ticket: Ticket } {
    const token = `${id}.${randomBytes(32).toString('base64url')}`;
    const expiresAt = new Date(Date.now() + this.env.REFRESH_TOKEN_TTL * 1000);
    return { token, ticket: { id, tokenHash: hashOf(token), expiresAt } };
  }
}
