import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { type Model, mongo, MongooseError, type Types } from 'mongoose';
import type { Provider } from '@app/common/schemas/device.schema.js';
import { PushAttempt, type PushPayload } from '@app/common/schemas/push-attempt.schema.js';
import type { Push, Target } from '../senders/sender.js';
import type { Next } from './attempt.rules.js';

/** An attempt as a worker has it. */
export interface ClaimedAttempt extends Omit<Target, 'token'> {
  id: Types.ObjectId;
  push: Push;
  attempts: number;
  lease: string;
  /** By MongoDB's clock. */
  startedAt: Date;
}

const DUPLICATE = 11000;
/** What is only looked at holds nobody up. */
const COUNT_MS = 500;

/** Keeps `push_attempts`. */
@Injectable()
export class AttemptRepository {
  constructor(@InjectModel(PushAttempt.name) private readonly attempts: Model<PushAttempt>) {}

  /** Resolves when the indexes are there; before that, an event that comes twice could push twice. */
  async ready(): Promise<void> {
    await this.attempts.init();
  }

  /** Keeps pushes to be sent; those that are kept already, done or not, stay as they are. Returns how many are new. */
  async add(pushes: { push: Push; to: Omit<Target, 'token'> }[], now: Date): Promise<number> {
    if (pushes.length === 0) return 0;
    const fresh = pushes.map(({ push, to }) => pending(push, to, now));
    try {
      // The driver's own: thousands of rows for a large group need no documents.
      return (await this.attempts.collection.insertMany(fresh, { ordered: false })).insertedCount;
    } catch (error) {
      if (!(error instanceof mongo.MongoBulkWriteError)) throw error;
      const failures = Array.isArray(error.writeErrors) ? error.writeErrors : [error.writeErrors];
      const known = failures.every(({ code }) => code === DUPLICATE) && !error.result.getWriteConcernError();
      // A broken connection comes as a bulk error too, which refuses nothing and has counted nothing.
      if (!known || error.insertedCount + failures.length !== fresh.length) throw error;
      return error.insertedCount;
    }
  }

  /** Takes due attempts for as long as the lease, at most so many; two workers never get the same one. */
  async claim(now: Date, leaseMs: number, most: number): Promise<ClaimedAttempt[]> {
    const due = { state: 'pending', nextAttemptAt: { $lte: now } } as const;
    const first = await this.attempts.find(due, { _id: 1 }).sort({ nextAttemptAt: 1 }).limit(most).lean();
    if (first.length === 0) return [];
    const lease = randomUUID();
    const chosen = { _id: { $in: first.map(({ _id }) => _id) } };
    // One of two workers that chose the same finds it no longer due.
    await this.attempts.updateMany(
      { ...chosen, ...due },
      {
        $set: { nextAttemptAt: new Date(now.getTime() + leaseMs), lease },
        $inc: { attempts: 1 },
        $currentDate: { startedAt: true },
      },
    );
    return (await this.attempts.find({ ...chosen, lease }).lean()).map(known);
  }

  /** When the next attempt is due, leased ones too. */
  async nextDue(): Promise<Date | undefined> {
    const first = await this.attempts
      .findOne({ state: 'pending' }, { nextAttemptAt: 1 })
      .sort({ nextAttemptAt: 1 })
      .lean();
    return first?.nextAttemptAt;
  }

  /** How many pushes of a provider wait, at most `most`, and since when the oldest does. */
  async waiting(provider: Provider, most: number): Promise<{ count: number; since?: Date }> {
    const waiting = { state: 'pending', provider } as const;
    const [count, oldest] = await Promise.all([
      this.attempts.countDocuments(waiting, { limit: most, maxTimeMS: COUNT_MS }),
      this.attempts.findOne(waiting, { createdAt: 1 }, { maxTimeMS: COUNT_MS }).sort({ createdAt: 1 }).lean(),
    ]);
    return { count, ...(oldest && { since: oldest.createdAt }) };
  }

  /** Writes what became of an attempt; without effect when another worker took it over. */
  async settle({ id, lease }: ClaimedAttempt, next: Next, now: Date): Promise<void> {
    const done = next.state !== 'pending';
    await this.attempts.updateOne(
      { _id: id, lease },
      { $set: { ...next, ...(done && { doneAt: now }) }, $unset: { lease: 1, ...(done && { payload: 1 }) } },
    );
  }

  /** Puts an attempt off that was not begun. */
  async postpone({ id, lease }: ClaimedAttempt, until: Date): Promise<void> {
    await this.attempts.updateOne(
      { _id: id, lease },
      { $set: { nextAttemptAt: until }, $unset: { lease: 1 }, $inc: { attempts: -1 } },
    );
  }
}

/** True for failures that end by themselves when MongoDB is back, and that are nobody's fault here. */
export function isDatabaseAway(error: unknown): boolean {
  if (error instanceof mongo.MongoError && error.hasErrorLabel('RetryableWriteError')) return true;
  const away = [mongo.MongoNetworkError, mongo.MongoServerSelectionError, mongo.MongoNotConnectedError];
  if (away.some((kind) => error instanceof kind)) return true;
  return error instanceof MongooseError && /buffering timed out|ServerSelection/.test(`${error.name} ${error.message}`);
}

function pending(push: Push, to: Omit<Target, 'token'>, now: Date): PushAttempt {
  const { messageId, conversationId, expiresAt, title, body, senderId, seq, traceparent } = push;
  const { installationId, userId, platform, provider } = to;
  return {
    messageId,
    conversationId,
    userId,
    installationId,
    platform,
    provider,
    state: 'pending',
    payload: { title, body, senderId, seq },
    ...(traceparent !== undefined && { traceparent }),
    attempts: 0,
    nextAttemptAt: now,
    expiresAt,
    createdAt: now,
  };
}

function known(attempt: PushAttempt & { _id: Types.ObjectId }): ClaimedAttempt {
  const { messageId, conversationId, expiresAt, installationId, userId, platform, provider, traceparent } = attempt;
  const trace = traceparent === undefined ? {} : { traceparent };
  const payload: PushPayload = attempt.payload ?? { title: '', body: '', senderId: '', seq: 0 };
  const { title, body, senderId, seq } = payload;
  return {
    id: attempt._id,
    push: { messageId, conversationId, expiresAt, title, body, senderId, seq, ...trace },
    installationId,
    userId,
    platform,
    provider,
    attempts: attempt.attempts,
    lease: attempt.lease ?? '',
    startedAt: attempt.startedAt ?? attempt.createdAt,
  };
}
