import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { Person } from '@app/contracts/shapes.js';
import type { Caller, Profile } from '../auth/claims.js';
import { type KnownUser, UserRepository } from './user.repository.js';
import { changes } from './user.rules.js';

/** A changed name shows everywhere within this time. */
const FRESH_MS = 30_000;

/** Who is who, remembered for half a minute, so that a token or a message costs no look-up. */
@Injectable()
export class UserDirectory {
  private readonly seen = new LRUCache<string, KnownUser>({ max: 10_000, ttl: FRESH_MS });

  constructor(private readonly users: UserRepository) {}

  /** Makes the bearer of a token known from its claims. Claims are taken over when they say something new. */
  async meet(caller: Caller, claims: Profile): Promise<void> {
    const known = this.seen.get(caller.id) ?? (await this.users.findById(caller.id));
    const same = known !== undefined && known.role === caller.role && !changes(known, claims);
    this.seen.set(caller.id, same ? known : await this.users.save(caller, claims));
  }

  /** How others see these people, in the order asked; someone nobody has seen yet goes by the id. */
  async people(ids: readonly string[]): Promise<Person[]> {
    const missing = ids.filter((id) => !this.seen.has(id));
    if (missing.length > 0) {
      for (const user of await this.users.findByIds(missing)) this.seen.set(user.id, user);
    }
    return ids.map((id) => person(id, this.seen.get(id)));
  }

  /** How others see this person. */
  async person(id: string): Promise<Person> {
    const known = this.seen.get(id);
    return known ? person(id, known) : ((await this.people([id]))[0] ?? person(id, undefined));
  }

  /** Forgets what is remembered of a person whose profile changed here. */
  forget(id: string): void {
    this.seen.delete(id);
  }
}

function person(id: string, user: KnownUser | undefined): Person {
  return { id, name: user?.name ?? id, ...(user?.picture !== undefined && { picture: user.picture }) };
}
