import { randomBytes } from 'node:crypto';
import { AppError } from '@app/common/errors/app-error.js';
import { type KnownUser, UserRepository } from '@app/common/identity/user.repository.js';
import { ENV } from '@app/common/env/shared.settings.js';
import { type Instruments, Metrics } from '@app/common/metrics/metrics.js';
import { Inject, Injectable } from '@nestjs/common';
import type { Env } from '../../env.js';
import { isCommon } from '../passwords/password.rules.js';
import { AccountRepository } from './account.repository.js';
import { authMetrics } from './auth.metrics.js';
import { PasswordService } from '../passwords/password.service.js';
import { type Issued, SessionService } from '../sessions/session.service.js';
import { LoginLimiter } from './login.limiter.js';

/** What a sign-up says. */
export interface SignUp {
  username: string;
  password: string;
  name?: string;
  email?: string;
  phone?: string;
}

/** Where a sign-up or a login comes from. */
export interface From {
  address: string;
  /** What the client calls itself. */
  device?: string;
}

/** What someone who is logged in holds. */
export interface Login {
  accessToken: string;
  refreshToken: string;
  /** Seconds until the access token ends. */
  expiresIn: number;
  user: KnownUser;
}

const TOO_COMMON = 'This password is one of the first that strangers try; choose another.';

/** Sign-up and login with a password, for apps that have no login of their own. */
@Injectable()
export class AuthService {
  private readonly logins: Instruments<typeof authMetrics>['logins'];

  constructor(
    private readonly accounts: AccountRepository,
    private readonly users: UserRepository,
    private readonly passwords: PasswordService,
    private readonly sessions: SessionService,
    private readonly limiter: LoginLimiter,
    @Inject(ENV) private readonly env: Env,
    metrics: Metrics,
  ) {
    this.logins = metrics.of(authMetrics).logins;
  }

  /** Signs someone up, and in. Throws `CONFLICT` for a username or an e-mail address that somebody has. */
  async register({ password, ...profile }: SignUp, from: From): Promise<Login> {
    const id = randomBytes(12).toString('hex');
    const { username, email } = profile;
    if (isCommon(password, [username, email])) throw new AppError('INVALID_INPUT', { message: TOO_COMMON });
    await this.accounts.create({ id, username, email, passwordHash: await this.passwords.hash(password) });
    return this.enter(await this.users.save({ id, role: 'user' }, profile), from);
  }

  /** Logs in by username or e-mail address; who does not exist is answered, and limited, like a wrong password. */
  login(login: string, password: string, from: From): Promise<Login> {
    return this.counted('password', this.loginOnce(login, password, from));
  }

  /** Spends a refresh token for new tokens. */
  refresh(refreshToken: string): Promise<Login> {
    return this.counted('refresh', this.refreshOnce(refreshToken));
  }

  private async loginOnce(login: string, password: string, from: From): Promise<Login> {
    const allowance = await this.limiter.take(login, from.address);
    const account = await this.accounts.findByLogin(login);
    const right = await this.passwords.matches(account?.passwordHash, password);
    if (!account || !right) throw new AppError('WRONG_CREDENTIALS');
    await this.limiter.giveBack(allowance);
    const { id, username, email } = account;
    const known = await this.users.findById(id);
    // A sign-up may have ended between its two writes.
    const user = known ?? (await this.users.save({ id, role: 'user' }, { username, ...(email && { email }) }));
    return this.enter(user, from);
  }

  private async refreshOnce(refreshToken: string): Promise<Login> {
    const { userId, ...issued } = await this.sessions.renew(refreshToken);
    const user = await this.users.findById(userId);
    if (!user) throw new AppError('UNAUTHENTICATED');
    return this.holding(user, issued);
  }

  logout(refreshToken: string): Promise<void> {
    return this.sessions.end(refreshToken);
  }

  private async counted(way: 'password' | 'refresh', login: Promise<Login>): Promise<Login> {
    const count = (outcome: 'ok' | 'wrong' | 'limited' | 'failed') => this.logins.with({ way, outcome }).inc();
    try {
      const given = await login;
      count('ok');
      return given;
    } catch (error) {
      count(outcomeOf(error));
      throw error;
    }
  }

  private async enter(user: KnownUser, { device }: From): Promise<Login> {
    return this.holding(user, await this.sessions.begin(user.id, device));
  }

  private async holding(user: KnownUser, { token, sessionId }: Issued): Promise<Login> {
    const accessToken = await this.sessions.accessToken(user, sessionId);
    return { accessToken, refreshToken: token, expiresIn: this.env.ACCESS_TOKEN_TTL, user };
  }
}

function outcomeOf(error: unknown): 'wrong' | 'limited' | 'failed' {
  if (!(error instanceof AppError)) return 'failed';
  if (error.code === 'RATE_LIMITED') return 'limited';
  return error.code === 'WRONG_CREDENTIALS' || error.code === 'UNAUTHENTICATED' ? 'wrong' : 'failed';
}
