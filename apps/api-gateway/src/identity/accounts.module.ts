import { IdentityModule } from '@app/common/identity/identity.module.js';
import { Account, AccountSchema } from '@app/common/schemas/account.schema.js';
import { Session, SessionSchema } from '@app/common/schemas/session.schema.js';
import { WHOLE_TEXT } from '@app/common/serve/json-body.js';
import { type MiddlewareConsumer, Module, type NestModule } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';
import { json } from 'express';
import { LimitsModule } from '../limits/limits.module.js';
import { AccountRepository } from './auth/account.repository.js';
import { AuthController } from './auth/auth.controller.js';
import { AuthService } from './auth/auth.service.js';
import { LoginLimiter } from './auth/login.limiter.js';
import { PasswordService } from './passwords/password.service.js';
import { SessionRepository } from './sessions/session.repository.js';
import { SessionService } from './sessions/session.service.js';
import { SessionsController } from './sessions/sessions.controller.js';
import { UsersController } from './users/users.controller.js';
import { UsersService } from './users/users.service.js';

/** Sign-up, login and profiles. Only here are bodies read; everywhere else they are passed on. */
@Module({
  imports: [
    IdentityModule,
    LimitsModule,
    MongooseModule.forFeature([
      { name: Account.name, schema: AccountSchema },
      { name: Session.name, schema: SessionSchema },
    ]),
  ],
  controllers: [AuthController, SessionsController, UsersController],
  providers: [
    AccountRepository,
    SessionRepository,
    PasswordService,
    SessionService,
    LoginLimiter,
    AuthService,
    UsersService,
  ],
})
export class AccountsModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(json({ limit: '100kb', ...WHOLE_TEXT })).forRoutes(AuthController, UsersController);
  }
}
