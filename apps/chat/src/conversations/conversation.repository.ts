import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { type AnyBulkWriteOperation, type ClientSession, type Model, mongo, Types } from 'mongoose';
import type { Preview } from '@app/contracts/shapes.js';
import { Conversation, type Head } from '@app/common/schemas/conversation.schema.js';
import type { KeptConversation } from './conversation.rules.js';

/** Where a page of a list begins: after the conversation with this time and id. */
export interface ListCursor {
  headAt: Date;
  id: string;
}

type NewConversation = Pick<
  KeptConversation,
  'kind' | 'name' | 'propertyId' | 'participantIds' | 'participantCount'
> & {
  createdBy: string;
};

const DURABLE = { w: 'majority', journal: true } as const;
const DUPLICATE_KEY = 11000;

/** Keeps `conversations`. */
@Injectable()
export class ConversationRepository {
  constructor(@InjectModel(Conversation.name) private readonly model: Model<Conversation>) {}

  newId(): string {
    return new Types.ObjectId().toHexString();
  }

  /** Makes it unless it is there; says which. A direct one that is there takes `propertyId` if it had none. */
  async createOrGet(id: string, plan: NewConversation): Promise<{ conversation: KeptConversation; created: boolean }> {
    const now = new Date();
    const { propertyId, ...fixed } = plan;
    try {
      const found = await this.model
        .findOneAndUpdate(
          { _id: id },
          {
            $setOnInsert: {
              ...fixed,
              ...(propertyId !== undefined && { propertyId }),
              headAt: now,
              createdAt: now,
              updatedAt: now,
            },
          },
          {
            upsert: true,
            returnDocument: 'after',
            includeResultMetadata: true,
            lean: true,
            timestamps: false,
            writeConcern: DURABLE,
          },
        )
        .exec();
      const created = found.lastErrorObject?.updatedExisting === false;
      const conversation = kept(found.value as Conversation);
      return { conversation: created ? conversation : await this.linked(conversation, propertyId), created };
    } catch (error) {
      // Two upserts of one id at once: the other one won, so it is there now.
      if (error instanceof mongo.MongoServerError && error.code === DUPLICATE_KEY) return this.createOrGet(id, plan);
      throw error;
    }
  }

  async find(id: string): Promise<KeptConversation | undefined> {
    const found = await this.model.findById(id).lean();
    return found ? kept(found) : undefined;
  }

  /** A person's conversations, newest first: those that list the person, merged with the large groups in `largeIds`. */
  async listOf(userId: string, page: { largeIds: readonly string[]; after?: ListCursor; limit: number }) {
    const { largeIds, after, limit } = page;
    const beyond = after
      ? {
          $or: [
            { headAt: { $lt: after.headAt } },
            { headAt: after.headAt, _id: { $lt: new Types.ObjectId(after.id) } },
          ],
        }
      : {};
    const order = { headAt: -1, _id: -1 } as const;
    const [listed, large] = await Promise.all([
      this.model
        .find({ participantIds: userId, ...beyond })
        .sort(order)
        .limit(limit)
        .lean(),
      largeIds.length === 0
        ? []
        : this.model
            .find({ _id: { $in: largeIds }, ...beyond })
            .sort(order)
            .limit(limit)
            .lean(),
    ]);
    // One that has just become large, or no longer is, may be found both ways.
    const found = new Map([...listed, ...large].map((one) => [one._id.toHexString(), kept(one)]));
    return [...found.values()].sort(newestFirst).slice(0, limit);
  }

  /** Writes the last messages of many conversations at once; an older one never replaces a newer one. */
  async writeHeads(heads: ReadonlyMap<string, Preview>): Promise<void> {
    const writes: AnyBulkWriteOperation<Conversation>[] = [...heads].map(([id, head]) => ({
      updateOne: {
        filter: { _id: new Types.ObjectId(id), ...isBefore(head.seq) },
        update: { $set: { head: stored(head) }, $currentDate: { headAt: true } },
      },
    }));
    await this.model.bulkWrite(writes, { ordered: false, timestamps: false });
  }

  /** The same for what was lost: it happened when the message was kept, and does not make the conversation the newest. */
  async repairHeads(heads: ReadonlyMap<string, Preview>): Promise<void> {
    const writes: AnyBulkWriteOperation<Conversation>[] = [...heads].map(([id, head]) => ({
      updateOne: {
        filter: { _id: new Types.ObjectId(id), ...isBefore(head.seq) },
        update: { $set: { head: stored(head) }, $max: { headAt: new Date(head.createdAt) } },
      },
    }));
    await this.model.bulkWrite(writes, { ordered: false, timestamps: false });
  }

  /** Those of these conversations whose last message, as lists show it, is older than this `seq`. */
  async headsBehind(latest: ReadonlyMap<string, number>): Promise<string[]> {
    const found = await this.model
      .find({ _id: { $in: [...latest.keys()] } })
      .select({ 'head.seq': 1 })
      .lean();
    return found
      .map(({ _id, head }) => ({ id: _id.toHexString(), seq: head?.seq ?? 0 }))
      .filter(({ id, seq }) => seq < (latest.get(id) ?? 0))
      .map(({ id }) => id);
  }

  /** Gives the next change its number, inside the transaction of the change itself. */
  async nextChange(id: string, session: ClientSession): Promise<number> {
    const found = await this.model
      .findOneAndUpdate(
        { _id: id },
        { $inc: { changeN: 1 } },
        { session, returnDocument: 'after', timestamps: false, projection: { changeN: 1 } },
      )
      .lean();
    return found?.changeN ?? 0;
  }

  /** Shows a changed message in lists, unless a later one is shown: what is still to be written of it then comes too late. */
  async rewriteHead(conversationId: string, head: Preview, session: ClientSession): Promise<void> {
    await this.model.updateOne(
      { _id: conversationId, ...isBefore(head.seq + 1) },
      { $set: { head: stored(head) }, $max: { headAt: new Date(head.createdAt) } },
      { session, timestamps: false },
    );
  }

  /** Says who is in it from the message with this `seq` on; `participantIds` is empty in a large group. */
  async setMembers(
    id: string,
    to: { participantIds: string[]; participantCount: number; membershipSeq: number },
    session: ClientSession,
  ): Promise<void> {
    await this.model.updateOne({ _id: id }, { $set: to }, { session });
  }

  private async linked(conversation: KeptConversation, propertyId: string | undefined): Promise<KeptConversation> {
    if (propertyId === undefined || conversation.propertyId !== undefined) return conversation;
    await this.model.updateOne(
      { _id: conversation.id, propertyId: null },
      { $set: { propertyId } },
      { writeConcern: DURABLE },
    );
    return (await this.find(conversation.id)) ?? conversation;
  }
}

/** Matches a conversation whose last message, as lists show it, is before this `seq`. */
function isBefore(seq: number) {
  return { $or: [{ head: { $exists: false } }, { 'head.seq': { $lt: seq } }] };
}

/** A conversation's last message as MongoDB has it. */
function stored({ _id, seq, senderId, text, createdAt }: Preview): Head {
  return { seq, messageId: new Types.ObjectId(_id), senderId, text, createdAt: new Date(createdAt) };
}

function newestFirst(a: KeptConversation, b: KeptConversation): number {
  return b.headAt.getTime() - a.headAt.getTime() || (a.id < b.id ? 1 : -1);
}

function kept(found: Conversation): KeptConversation {
  const { head } = found;
  return {
    id: found._id.toHexString(),
    kind: found.kind,
    // An earlier version kept what was null.
    ...(found.name && { name: found.name }),
    ...(found.propertyId && { propertyId: found.propertyId }),
    participantIds: found.participantIds,
    participantCount: found.participantCount,
    createdBy: found.createdBy,
    membershipSeq: found.membershipSeq ?? 0,
    lastMessage: head
      ? {
          _id: head.messageId.toHexString(),
          seq: head.seq,
          text: head.text,
          senderId: head.senderId,
          createdAt: head.createdAt.toISOString(),
        }
      : null,
    headAt: found.headAt,
    createdAt: found.createdAt,
  };
}
