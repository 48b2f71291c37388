import { AppError } from '@app/common/errors/app-error.js';
import { Account } from '@app/common/schemas/account.schema.js';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { type Model, mongo } from 'mongoose';
import { folded, isEmail } from './account.rules.js';

/** What someone logs in with. */
export interface Credentials {
  id: string;
  username: string;
  email?: string;
  passwordHash: string;
}

const DUPLICATE_KEY = 11_000;

/** Keeps `accounts`. */
@Injectable()
export class AccountRepository implements OnModuleInit {
  constructor(@InjectModel(Account.name) private readonly accounts: Model<Account>) {}

  /** The first sign-ups must find the unique indexes already there. */
  async onModuleInit(): Promise<void> {
    await this.accounts.init();
  }

  /** Throws `CONFLICT` when somebody has the username or the e-mail address, in whatever spelling. */
  async create({ id, username, email, passwordHash }: Credentials): Promise<void> {
    const byEmail = email === undefined ? {} : { email, emailKey: folded(email) };
    await unique(this.accounts.create({ _id: id, username, usernameKey: folded(username), ...byEmail, passwordHash }));
  }

  /** By username, or by e-mail address where it is one. */
  async findByLogin(login: string): Promise<Credentials | undefined> {
    const key = folded(login);
    const account = await this.accounts.findOne(isEmail(key) ? { emailKey: key } : { usernameKey: key }).lean();
    if (!account) return undefined;
    const { _id, username, email, passwordHash } = account;
    return { id: _id, username, ...(email && { email }), passwordHash };
  }

  /** Throws `CONFLICT` when somebody else has the address; does nothing for people of a host app's own login. */
  async changeEmail(id: string, email: string): Promise<void> {
    await unique(this.accounts.updateOne({ _id: id }, { $set: { email, emailKey: folded(email) } }).exec());
  }
}

async function unique(write: Promise<unknown>): Promise<void> {
  try {
    await write;
  } catch (error) {
    if (!(error instanceof mongo.MongoServerError) || error.code !== DUPLICATE_KEY) throw error;
    const what = 'emailKey' in (error.keyPattern as object) ? 'e-mail address' : 'username';
    throw new AppError('CONFLICT', { message: `This ${what} is taken.` });
  }
}
