import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model } from 'mongoose';
import type { Person } from '@app/contracts/shapes.js';
import type { Caller, Profile } from '../auth/claims.js';
import { type Role, User } from '../schemas/user.schema.js';
import { displayName, searchTerms } from './user.rules.js';

/** A known person, as services see it. */
export interface KnownUser extends Person {
  username?: string;
  email?: string;
  phone?: string;
  role: Role;
  createdAt: Date;
}

/** Keeps `users`. */
@Injectable()
export class UserRepository {
  constructor(@InjectModel(User.name) private readonly users: Model<User>) {}

  /** Makes a person known, or takes over what is given; fields that are not given stay. */
  async save(caller: Caller, profile: Profile): Promise<KnownUser> {
    const before = await this.users.findById(caller.id).lean();
    const merged: Profile = { ...(before && profileOf(before)), ...profile };
    const user = await this.users
      .findOneAndUpdate(
        { _id: caller.id },
        {
          $set: {
            ...profile,
            name: displayName(caller.id, merged),
            role: caller.role,
            searchTerms: searchTerms(merged),
          },
        },
        { upsert: true, returnDocument: 'after' },
      )
      .lean();
    return known(user);
  }

  async findById(id: string): Promise<KnownUser | undefined> {
    const user = await this.users.findById(id).lean();
    return user ? known(user) : undefined;
  }

  /** Those of `ids` that are known, in no order; the first 500 ids count. */
  async findByIds(ids: readonly string[]): Promise<KnownUser[]> {
    const users = await this.users.find({ _id: { $in: ids.slice(0, 500) } }).lean();
    return users.map(known);
  }

  /** When people were last seen; an earlier time never replaces a later one. */
  async saveLastSeen(times: ReadonlyMap<string, Date>): Promise<void> {
    await this.users.bulkWrite(
      [...times].map(([_id, lastSeenAt]) => ({ updateOne: { filter: { _id }, update: { $max: { lastSeenAt } } } })),
      { ordered: false, timestamps: false },
    );
  }

  /** When these people were last seen; who never went offline is not there. */
  async lastSeen(ids: readonly string[]): Promise<Map<string, Date>> {
    const users = await this.users
      .find({ _id: { $in: [...ids] }, lastSeenAt: { $exists: true } })
      .select({ lastSeenAt: 1 })
      .lean();
    return new Map(users.map(({ _id, lastSeenAt }) => [_id, lastSeenAt as Date]));
  }

  /** People whose username or name starts with `term`, by name; nobody for an empty term. */
  async search(term: string, limit: number): Promise<KnownUser[]> {
    const start = term.trim().toLowerCase();
    if (start === '') return [];
    const users = await this.users
      // A range, not a regular expression: its bounds are the index's own.
      .find({ searchTerms: { $elemMatch: { $gte: start, $lt: `${start}\u{10ffff}` } } })
      .limit(limit)
      .lean();
    return users.map(known);
  }
}

function profileOf(user: User): Profile {
  const { username, picture, email, phone, name, _id } = user;
  const given = { username, picture, email, phone, name: name === _id ? undefined : name };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined && value !== null));
}

function known(user: User): KnownUser {
  return { ...profileOf(user), id: user._id, name: user.name, role: user.role, createdAt: user.createdAt };
}
