import { Inject, Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { ENV, type SharedEnv } from '../env/shared.settings.js';
import { AppError } from '../errors/app-error.js';
import { UserDirectory } from '../identity/user.directory.js';
import { type Caller, callerOf, OWN_ISSUER, profileOf } from './claims.js';

/** The only algorithm that is accepted, so that a token cannot choose a weaker one. */
export const ALGORITHMS = ['HS256'] as const;

/** A verified token's bearer, and when the token ends (milliseconds since 1970), if it says so. */
export interface Bearer extends Caller {
  expiresAt?: number;
}

/** Verifies access tokens for REST and sockets alike, and makes their bearers known. */
@Injectable()
export class TokenVerifier {
  constructor(
    private readonly jwt: JwtService,
    private readonly users: UserDirectory,
    @Inject(ENV) private readonly env: SharedEnv,
  ) {}

  /** The bearer of a token; throws `UNAUTHENTICATED` for anything but a valid one. */
  async verify(token: unknown): Promise<Bearer> {
    if (typeof token !== 'string' || token === '') throw new AppError('UNAUTHENTICATED');
    let claims: Record<string, unknown>;
    try {
      claims = await this.jwt.verifyAsync(token, { secret: this.env.JWT_SECRET, algorithms: [...ALGORITHMS] });
    } catch (cause) {
      throw new AppError('UNAUTHENTICATED', { cause });
    }
    return this.admit(claims);
  }

  /** Makes the bearer of verified claims known, unless the gateway has, and says who it is. */
  async admit(claims: Record<string, unknown>): Promise<Bearer> {
    const caller = callerOf(claims);
    if (claims.iss !== OWN_ISSUER) await this.users.meet(caller, profileOf(claims));
    return { ...caller, ...(typeof claims.exp === 'number' && { expiresAt: claims.exp * 1000 }) };
  }
}
