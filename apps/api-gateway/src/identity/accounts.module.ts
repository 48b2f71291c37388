import { IdentityModule } from '@app/common/identity/identity.module.js';
import { Account, AccountSchema } from '@app/common/schemas/account.schema.js';
import { Session, SessionSchema } from '@app/common/schemas/session.schema.js';
import { type MiddlewareConsumer, Module, type NestModule } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';
import { json } from 'express';
import { AccountRepository } from './auth/account.repository.js';
import { AuthController } from './auth/auth.controller.js';
import { AuthService } from './auth/auth.service.js';
import { PasswordService } from './auth/password.service.js';
import { SessionRepository } from './auth/session.repository.js';
import { SessionService } from './auth/session.service.js';
import { UsersController } from './users/users.controller.js';
import { UsersService } from './users/users.service.js';

/** Sign-up, login and profiles. Only here are bodies read; everywhere else they are passed on. */
@Module({
  imports: [
    IdentityModule,
    MongooseModule.forFeature([
      { name: Account.name, schema: AccountSchema },
      { name: Session.name, schema: SessionSchema },
    ]),
  ],
  controllers: [AuthController, UsersController],
  providers: [AccountRepository, SessionRepository, PasswordService, SessionService, AuthService, UsersService],
})
export class AccountsModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(json({ limit: '100kb' })).forRoutes(AuthController, UsersController);
  }
}
