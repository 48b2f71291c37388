import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { JwtModule } from '@nestjs/jwt';
import { PassportModule } from '@nestjs/passport';
import { IdentityModule } from '../identity/identity.module.js';
import { JwksKeys } from './jwks.keys.js';
import { JwtGuard } from './jwt.guard.js';
import { JwtStrategy } from './jwt.strategy.js';
import { EndedSessionRepository } from './sessions/ended-session.repository.js';
import { EndedSessions } from './sessions/ended-sessions.js';
import { TokenVerifier } from './token.verifier.js';

/** Every route of an app needs a bearer token unless it is marked `@Public()`. */
@Global()
@Module({
  imports: [PassportModule, JwtModule.register({}), IdentityModule],
  providers: [
    JwksKeys,
    EndedSessionRepository,
    EndedSessions,
    TokenVerifier,
    JwtStrategy,
    { provide: APP_GUARD, useClass: JwtGuard },
  ],
  exports: [TokenVerifier, EndedSessions, JwtModule],
})
export class AuthModule {}
