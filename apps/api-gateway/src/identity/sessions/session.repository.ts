import type { EndedSession } from '@app/common/auth/sessions/ended-session.repository.js';
import { Session } from '@app/common/schemas/session.schema.js';
import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model, QueryFilter } from 'mongoose';

/** The newest refresh token of a session, and until when access tokens of it live. */
export interface Ticket {
  id: string;
  tokenHash: string;
  expiresAt: Date;
  accessUntil: Date;
}

/** A login on a device, as its owner sees it. */
export interface KnownSession {
  id: string;
  device?: string;
  createdAt: Date;
  lastUsedAt: Date;
}

/** Services whose clock is behind ours take a token for valid a little longer. */
const SKEW_MS = 60_000;
/** Whoever logs in again and again sees the latest of them. */
const LISTED = 100;

const alive = { endedAt: { $exists: false } };

/**
 * An ended session stays until the last access token of it has expired, so that every service can learn of it. A gateway of the
 * version before this one says nothing of that time.
 */
const lastToken = { $ifNull: ['$accessUntil', '$expiresAt'] };
const END = [{ $set: { endedAt: '$$NOW', expiresAt: { $add: [lastToken, SKEW_MS] } } }];

/** Keeps `sessions`. */
@Injectable()
export class SessionRepository {
  constructor(@InjectModel(Session.name) private readonly sessions: Model<Session>) {}

  async create(userId: string, { id, ...ticket }: Ticket, device: string | undefined): Promise<void> {
    await this.sessions.create({ _id: id, userId, ...ticket, ...(device && { device }) });
  }

  /** Puts the next token in place of the spent one; answers whose session it is, undefined if that was not the newest. */
  async rotate(spentHash: string, next: Ticket, now: Date): Promise<string | undefined> {
    const { id, tokenHash, expiresAt, accessUntil } = next;
    const session = await this.sessions
      .findOneAndUpdate(
        { _id: id, tokenHash: spentHash, expiresAt: { $gt: now }, ...alive },
        // A setting that was made shorter does not shorten tokens that are out.
        { $set: { tokenHash, expiresAt }, $max: { accessUntil } },
      )
      .lean();
    return session?.userId;
  }

  /** Ends a session; undefined when it is nobody's, or has ended before. */
  async end(id: string): Promise<{ userId: string; ended: EndedSession } | undefined> {
    const session = await this.sessions
      .findOneAndUpdate({ _id: id, ...alive }, END, { returnDocument: 'after', updatePipeline: true })
      .lean();
    return session ? { userId: session.userId, ended: endedOf(session) } : undefined;
  }

  /** Ends those of a person's sessions that `which` says; answers all that have ended, those from before too. */
  async endOf(userId: string, which: { only?: string; but?: string }): Promise<EndedSession[]> {
    const { only, but } = which;
    const ids = { ...(only !== undefined && { $eq: only }), ...(but !== undefined && { $ne: but }) };
    const theirs: QueryFilter<Session> = { userId, ...(Object.keys(ids).length > 0 && { _id: ids }) };
    await this.sessions.updateMany({ ...theirs, ...alive }, END, { updatePipeline: true });
    return (await this.sessions.find({ ...theirs, endedAt: { $exists: true } }).lean()).map(endedOf);
  }

  /** A person's sessions, the one used last first. */
  async list(userId: string, now: Date): Promise<KnownSession[]> {
    const found = await this.sessions
      .find({ userId, expiresAt: { $gt: now }, ...alive })
      .sort({ updatedAt: -1 })
      .limit(LISTED)
      .lean();
    return found.map(({ _id, device, createdAt, updatedAt }) => {
      return { id: _id, ...(device && { device }), createdAt, lastUsedAt: updatedAt };
    });
  }
}

function endedOf({ _id, expiresAt }: Session): EndedSession {
  return { id: _id, until: expiresAt.getTime() };
}
