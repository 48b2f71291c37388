import { Inject, Injectable, Logger } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { ENV, type SharedEnv } from '../env/shared.settings.js';
import { AppError } from '../errors/app-error.js';
import { Rarely } from '../logging/rarely.js';
import { patiently } from '../mongo/patience.js';
import { UserDirectory } from '../identity/user.directory.js';
import { type Caller, callerOf, profileOf } from './claims.js';
import { JwksKeys } from './jwks.keys.js';
import { EndedSessions } from './sessions/ended-sessions.js';
import { ALGORITHMS, headerOf, isMeantForUs, isOwn, sessionHasEnded, sessionOf, signerOf } from './token.rules.js';

/** How long it may take to make a bearer known before the request is refused, to be tried again. */
const PATIENCE_MS = 2000;

/** A verified token's bearer, and when the token ends (milliseconds since 1970), if it says so. */
export interface Bearer extends Caller {
  expiresAt?: number;
  /** The session that our own token is of; tokens of a host app have none that we could end. */
  sessionId?: string;
}

/** Verifies access tokens for REST and sockets alike, and makes their bearers known. */
@Injectable()
export class TokenVerifier {
  private readonly log = new Logger(TokenVerifier.name);
  private readonly rarely = new Rarely();

  constructor(
    private readonly jwt: JwtService,
    private readonly jwks: JwksKeys,
    private readonly users: UserDirectory,
    private readonly ended: EndedSessions,
    @Inject(ENV) private readonly env: SharedEnv,
  ) {}

  /** The bearer of a token; throws `UNAUTHENTICATED` for anything but a valid one. */
  async verify(token: unknown): Promise<Bearer> {
    const secret = await this.keyOf(token);
    let claims: Record<string, unknown>;
    try {
      claims = await this.jwt.verifyAsync(token as string, { secret, algorithms: [...ALGORITHMS] });
    } catch (cause) {
      throw new AppError('UNAUTHENTICATED', { cause });
    }
    return this.admit(claims, token);
  }

  /** The one key that may have signed this token: a secret of ours for HS256, and only for that; else the public key it names. */
  async keyOf(token: unknown): Promise<string> {
    const header = headerOf(token);
    return header.alg === 'HS256' ? (this.previousOf(token as string) ?? this.env.JWT_SECRET) : this.jwks.find(header);
  }

  /** Who the bearer of a verified token is; made known here, unless the gateway has. Refuses what is not meant for us. */
  async admit(claims: Record<string, unknown>, token: unknown): Promise<Bearer> {
    const own = isOwn(claims, headerOf(token));
    const { JWT_ISSUER: issuers, JWT_AUDIENCE: audiences } = this.env;
    if (!own && !isMeantForUs(claims, { issuers, audiences })) throw new AppError('UNAUTHENTICATED');
    const caller = callerOf(claims);
    const sessionId = own ? sessionOf(claims) : undefined;
    if (sessionId !== undefined && this.ended.has(sessionId)) throw sessionHasEnded();
    if (!own) await patiently(PATIENCE_MS, this.users.meet(caller, profileOf(claims)));
    this.accepted(token as string);
    return {
      ...caller,
      ...(typeof claims.exp === 'number' && { expiresAt: claims.exp * 1000 }),
      ...(sessionId !== undefined && { sessionId }),
    };
  }

  /** For whoever changes the secret: without this line for as long as a token lives, the previous one may go. */
  private accepted(token: string): void {
    const isPrevious = this.previousOf(token) !== undefined;
    if (isPrevious && this.rarely.isDue()) this.log.log('a token of JWT_SECRET_PREVIOUS was accepted');
  }

  /** The secret that has signed a token, if it is one that still counts beside JWT_SECRET. */
  private previousOf(token: string): string | undefined {
    return signerOf(token, this.env.JWT_SECRET_PREVIOUS);
  }
}
