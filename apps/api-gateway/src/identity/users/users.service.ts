import type { Caller, Profile } from '@app/common/auth/claims.js';
import { AppError } from '@app/common/errors/app-error.js';
import { UserDirectory } from '@app/common/identity/user.directory.js';
import { type KnownUser, UserRepository } from '@app/common/identity/user.repository.js';
import { Injectable } from '@nestjs/common';
import { AccountRepository } from '../auth/account.repository.js';

const FOUND_AT_MOST = 20;

/** Who people are, for themselves and for others. */
@Injectable()
export class UsersService {
  constructor(
    private readonly users: UserRepository,
    private readonly directory: UserDirectory,
    private readonly accounts: AccountRepository,
  ) {}

  /** Throws `NOT_FOUND` for someone nobody has seen yet. */
  async get(id: string): Promise<KnownUser> {
    const user = await this.users.findById(id);
    if (!user) throw new AppError('NOT_FOUND');
    return user;
  }

  /** Changes one's own profile. The claims of a host app's tokens win over it. */
  async change(who: Caller, profile: Profile): Promise<KnownUser> {
    // First, as this may be refused.
    if (profile.email !== undefined) await this.accounts.changeEmail(who.id, profile.email);
    const { role } = await this.get(who.id);
    const user = await this.users.save({ id: who.id, role }, profile);
    this.directory.forget(who.id);
    return user;
  }

  search(term: string): Promise<KnownUser[]> {
    return this.users.search(term, FOUND_AT_MOST);
  }
}
