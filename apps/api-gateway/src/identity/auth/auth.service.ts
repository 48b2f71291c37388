import { randomBytes } from 'node:crypto';
import { AppError } from '@app/common/errors/app-error.js';
import { type KnownUser, UserRepository } from '@app/common/identity/user.repository.js';
import { ENV } from '@app/common/env/shared.settings.js';
import { Inject, Injectable } from '@nestjs/common';
import type { Env } from '../../env.js';
import { AccountRepository } from './account.repository.js';
import { PasswordService } from './password.service.js';
import { SessionService } from './session.service.js';

/** What a sign-up says. */
export interface SignUp {
  username: string;
  password: string;
  name?: string;
  email?: string;
  phone?: string;
}

/** What someone who is logged in holds. */
export interface Login {
  accessToken: string;
  refreshToken: string;
  /** Seconds until the access token ends. */
  expiresIn: number;
  user: KnownUser;
}

/** Sign-up and login with a password, for apps that have no login of their own. */
@Injectable()
export class AuthService {
  constructor(
    private readonly accounts: AccountRepository,
    private readonly users: UserRepository,
    private readonly passwords: PasswordService,
    private readonly sessions: SessionService,
    @Inject(ENV) private readonly env: Env,
  ) {}

  /** Signs someone up, and in. Throws `CONFLICT` for a username or an e-mail address that somebody has. */
  async register({ password, ...profile }: SignUp): Promise<Login> {
    const id = randomBytes(12).toString('hex');
    const { username, email } = profile;
    await this.accounts.create({ id, username, email, passwordHash: await this.passwords.hash(password) });
    return this.enter(await this.users.save({ id, role: 'user' }, profile));
  }

  /** Logs in by username or e-mail address; who does not exist is answered like a wrong password. */
  async login(login: string, password: string): Promise<Login> {
    const account = await this.accounts.findByLogin(login);
    const right = await this.passwords.matches(account?.passwordHash, password);
    if (!account || !right) throw new AppError('WRONG_CREDENTIALS');
    const { id, username, email } = account;
    const known = await this.users.findById(id);
    // A sign-up may have ended between its two writes.
    return this.enter(known ?? (await this.users.save({ id, role: 'user' }, { username, ...(email && { email }) })));
  }

  async refresh(refreshToken: string): Promise<Login> {
    const { userId, token } = await this.sessions.renew(refreshToken);
    const user = await this.users.findById(userId);
    if (!user) throw new AppError('UNAUTHENTICATED');
    return this.holding(user, token);
  }

  logout(refreshToken: string): Promise<void> {
    return this.sessions.end(refreshToken);
  }

  private async enter(user: KnownUser): Promise<Login> {
    return this.holding(user, await this.sessions.begin(user.id));
  }

  private async holding(user: KnownUser, refreshToken: string): Promise<Login> {
    const accessToken = await this.sessions.accessToken(user);
    return { accessToken, refreshToken, expiresIn: this.env.ACCESS_TOKEN_TTL, user };
  }
}
