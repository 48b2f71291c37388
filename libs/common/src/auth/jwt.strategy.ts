import { Inject, Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { ENV, type SharedEnv } from '../env/shared.settings.js';
import { ALGORITHMS, type Bearer, TokenVerifier } from './token.verifier.js';

/** passport-jwt over the `Authorization: Bearer` header; who the bearer is, {@link TokenVerifier} says, as for sockets. */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy) {
  constructor(
    @Inject(ENV) env: SharedEnv,
    private readonly verifier: TokenVerifier,
  ) {
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      secretOrKey: env.JWT_SECRET,
      algorithms: [...ALGORITHMS],
    });
  }

  validate(claims: Record<string, unknown>): Promise<Bearer> {
    return this.verifier.admit(claims);
  }
}
