import { Session } from '@app/common/schemas/session.schema.js';
import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model } from 'mongoose';

/** The newest refresh token of a session. */
export interface Ticket {
  id: string;
  tokenHash: string;
  expiresAt: Date;
}

/** Keeps `sessions`. */
@Injectable()
export class SessionRepository {
  constructor(@InjectModel(Session.name) private readonly sessions: Model<Session>) {}

  async create(userId: string, { id, tokenHash, expiresAt }: Ticket): Promise<void> {
    await this.sessions.create({ _id: id, userId, tokenHash, expiresAt });
  }

  /** Puts the next token in place of the spent one; answers whose session it is, undefined if that was not the newest. */
  async rotate(spentHash: string, next: Ticket, now: Date): Promise<string | undefined> {
    const session = await this.sessions
      .findOneAndUpdate(
        { _id: next.id, tokenHash: spentHash, expiresAt: { $gt: now } },
        { $set: { tokenHash: next.tokenHash, expiresAt: next.expiresAt } },
      )
      .lean();
    return session?.userId;
  }

  /** Ends a session; answers whose it was. */
  async remove(id: string): Promise<string | undefined> {
    return (await this.sessions.findByIdAndDelete(id).lean())?.userId;
  }
}
