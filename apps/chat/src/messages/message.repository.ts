import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { type ClientSession, type Model, mongo, Types } from 'mongoose';
import { patiently } from '@app/common/mongo/patience.js';
import { LOCAL_ID_INDEX, Message, OLD_LOCAL_ID_INDEX, SEQ_INDEX } from '@app/common/schemas/message.schema.js';
import { type Inserted, outcomesOf } from './insert.rules.js';
import type { Draft, Head, KeptMessage } from './message.rules.js';

/** Acked means kept: by a majority, on its journal. */
const DURABLE = { writeConcern: { w: 'majority', journal: true } } as const;
/** What MongoDB has kept for good, even if its primary is about to be replaced. */
const MAJORITY = { readConcern: { level: 'majority' } } as const;
/** How long MongoDB may take before the outcome counts as unknown. */
const PATIENCE_MS = 1000;
const DUPLICATE_KEY = 11000;
/** The index that a duplicate violates. Anchored: what follows are the values, which users choose. */
const VIOLATED = /^E11000 duplicate key error collection: \S+ index: (\S+) dup key/;
/** The old one is there until the first node of this version has started, and again while one of the version before starts. */
const KEPT_BEFORE = [LOCAL_ID_INDEX, OLD_LOCAL_ID_INDEX, '_id_'];
/** MongoDB's codes for an index, and a collection, that is not there. */
const NOT_THERE: unknown[] = [27, 26];

/** The native driver's view of `messages`. */
type StoredMessage = Message;

/** Where a message is, and whose it is. */
export type Place = Pick<KeptMessage, 'id' | 'conversationId' | 'seq' | 'senderId'>;

/** Keeps `messages`, through the native driver: the hot path makes no Mongoose documents. */
@Injectable()
export class MessageRepository {
  constructor(@InjectModel(Message.name) private readonly model: Model<Message>) {}

  /** Ids of new messages: made here, so that a message has one before it is kept. */
  newId(): string {
    return new Types.ObjectId().toHexString();
  }

  /** Ends an index of an earlier version, once the one in its place is there. */
  async dropOldIndexes(): Promise<void> {
    await this.model.init();
    await this.messages.dropIndex(OLD_LOCAL_ID_INDEX).catch((error: unknown) => {
      if (!(error instanceof mongo.MongoServerError) || !NOT_THERE.includes(error.code)) throw error;
    });
  }

  /** Inserts a batch in one round trip. Throws only when it is unknown what was kept. */
  async insert(batch: readonly KeptMessage[], ordered: boolean): Promise<Inserted[]> {
    try {
      await patiently(PATIENCE_MS, this.messages.insertMany(batch.map(stored), { ordered, ...DURABLE }));
      return batch.map(() => 'kept');
    } catch (error) {
      if (!(error instanceof mongo.MongoBulkWriteError) || error.result.getWriteConcernError()) throw error;
      const refused = [error.writeErrors].flat().map((failed) => ({ index: failed.index, why: reasonOf(failed) }));
      const { insertedCount } = error;
      const outcomes = outcomesOf({ count: batch.length, ordered, insertedCount, refused });
      if (!outcomes) throw error;
      return outcomes;
    }
  }

  /** The message that a sender sent under this id. Read by majority: what is answered cannot be rolled back. */
  async findByLocalId(senderId: string, localId: string): Promise<KeptMessage | undefined> {
    const found = await patiently(PATIENCE_MS, this.messages.findOne({ senderId, localId }, MAJORITY));
    return found ? kept(found) : undefined;
  }

  /** The message that was kept under this id, or under the draft's `localId`. Read by majority, as above. */
  async findKept(id: string, { senderId, localId }: Draft): Promise<KeptMessage | undefined> {
    if (localId !== undefined) return this.findByLocalId(senderId, localId);
    const found = await patiently(PATIENCE_MS, this.messages.findOne({ _id: new Types.ObjectId(id) }, MAJORITY));
    return found ? kept(found) : undefined;
  }

  /** Where the conversation stands, from the messages themselves. */
  async headOf(conversationId: string): Promise<Head> {
    const [last] = await this.page(conversationId, Number.MAX_SAFE_INTEGER, 1);
    return last ? { seq: last.seq, at: last.createdAt.getTime() } : { seq: 0, at: 0 };
  }

  /** At most `limit` messages before `beforeSeq`, newest first. */
  async page(conversationId: string, beforeSeq: number, limit: number): Promise<KeptMessage[]> {
    const found = await this.messages
      .find({ conversationId: new Types.ObjectId(conversationId), seq: { $lt: beforeSeq } })
      .sort({ seq: -1 })
      .limit(limit)
      .toArray();
    return found.map(kept);
  }

  /** Places and senders of those of `ids` that are in the conversation. */
  async placesOf(conversationId: string, ids: readonly string[]): Promise<{ id: string; seq: number }[]> {
    const found = await this.messages
      .find({
        _id: { $in: ids.map((id) => new Types.ObjectId(id)) },
        conversationId: new Types.ObjectId(conversationId),
      })
      .project<{ _id: Types.ObjectId; seq: number }>({ seq: 1 })
      .toArray();
    return found.map(({ _id, seq }) => ({ id: _id.toHexString(), seq }));
  }

  /** At most `limit` messages of all conversations with ids in between, in the order of their ids. */
  async placesBetween(range: { after: string; before: string }, limit: number): Promise<Place[]> {
    const found = await this.messages
      .find({ _id: { $gt: new Types.ObjectId(range.after), $lt: new Types.ObjectId(range.before) } })
      .sort({ _id: 1 })
      .limit(limit)
      .project<Pick<Message, '_id' | 'conversationId' | 'seq' | 'senderId'>>({ conversationId: 1, seq: 1, senderId: 1 })
      .toArray();
    return found.map(({ _id, conversationId, ...place }) => ({
      ...place,
      id: _id.toHexString(),
      conversationId: conversationId.toHexString(),
    }));
  }

  /** Inserts one message inside a transaction; a taken `seq` ends the transaction. */
  async insertIn(session: ClientSession, message: KeptMessage): Promise<void> {
    await this.messages.insertOne(stored(message), { session });
  }

  /** Replaces what a message says; false when it was deleted, or changed, since `before` was read. */
  async rewrite(before: KeptMessage, after: KeptMessage, session: ClientSession): Promise<boolean> {
    const { text, attachments, editedAt, deletedAt } = after;
    const written = await this.messages.updateOne(
      {
        _id: new Types.ObjectId(before.id),
        deletedAt: { $exists: false },
        editedAt: before.editedAt ?? { $exists: false },
      },
      { $set: { text, attachments, ...(editedAt && { editedAt }), ...(deletedAt && { deletedAt }) } },
      { session },
    );
    return written.matchedCount === 1;
  }

  /** Ids of others' messages after `afterSeq` up to `upToSeq`, the newest `limit` of them, oldest first. */
  async idsOfOthers(
    range: { conversationId: string; userId: string; afterSeq: number; upToSeq: number },
    limit: number,
  ) {
    const found = await this.messages
      .find({
        conversationId: new Types.ObjectId(range.conversationId),
        seq: { $gt: range.afterSeq, $lte: range.upToSeq },
        senderId: { $ne: range.userId },
      })
      .sort({ seq: -1 })
      .limit(limit)
      .project<{ _id: Types.ObjectId }>({ _id: 1 })
      .toArray();
    return found.map(({ _id }) => _id.toHexString()).reverse();
  }

  /** Those of these messages that are kept. */
  async findAll(ids: readonly string[]): Promise<KeptMessage[]> {
    const asked = this.messages.find({ _id: { $in: ids.map((id) => new Types.ObjectId(id)) } }, MAJORITY);
    return (await patiently(PATIENCE_MS, asked.toArray())).map(kept);
  }

  async find(id: string): Promise<KeptMessage | undefined> {
    const found = await this.messages.findOne({ _id: new Types.ObjectId(id) });
    return found ? kept(found) : undefined;
  }

  private get messages(): mongo.Collection<StoredMessage> {
    const { db } = this.model.db;
    if (!db) throw new Error('MongoDB is not connected');
    return db.collection<StoredMessage>(this.model.collection.name);
  }
}

/** The index that a message violated, as what became of it. */
function reasonOf({ code, errmsg }: mongo.WriteError): 'seq-taken' | 'kept-before' | undefined {
  const violated = code === DUPLICATE_KEY ? VIOLATED.exec(errmsg ?? '')?.[1] : undefined;
  if (violated === SEQ_INDEX) return 'seq-taken';
  return KEPT_BEFORE.includes(violated ?? '') ? 'kept-before' : undefined;
}

/** A message as MongoDB has it. */
function stored(message: KeptMessage): StoredMessage {
  const { id, conversationId, ...rest } = message;
  return { _id: new Types.ObjectId(id), conversationId: new Types.ObjectId(conversationId), ...rest };
}

/** A message in plain types. */
function kept({ _id, conversationId, ...rest }: StoredMessage): KeptMessage {
  return { id: _id.toHexString(), conversationId: conversationId.toHexString(), ...rest };
}
