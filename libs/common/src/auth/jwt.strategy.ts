import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { Request } from 'express';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { ALGORITHMS } from './token.rules.js';
import { type Bearer, TokenVerifier } from './token.verifier.js';

const bearerToken = ExtractJwt.fromAuthHeaderAsBearerToken();

/** passport-jwt over the `Authorization: Bearer` header; which key, and who the bearer is, {@link TokenVerifier} says. */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy) {
  constructor(private readonly verifier: TokenVerifier) {
    super({
      jwtFromRequest: bearerToken,
      secretOrKeyProvider: (_request: Request, token: unknown, done: (error: unknown, key?: string) => void) => {
        verifier.keyOf(token).then(
          (key) => done(null, key),
          (error: unknown) => done(error),
        );
      },
      algorithms: [...ALGORITHMS],
      passReqToCallback: true,
    });
  }

  validate(request: Request, claims: Record<string, unknown>): Promise<Bearer> {
    return this.verifier.admit(claims, bearerToken(request));
  }
}
