import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { type ClientSession, type Model, Types } from 'mongoose';
import { Member, type MemberRole } from '@app/common/schemas/member.schema.js';

/** A person in a conversation, in plain types. */
export interface KeptMember {
  userId: string;
  role: MemberRole;
  /** What comes before is not for this person. */
  joinedSeq: number;
  readSeq: number;
  joinedAt: Date;
}

/** That somebody has read up to here. */
export interface Mark {
  conversationId: string;
  userId: string;
  seq: number;
}

/** The most large groups of a person that a list merges. */
const LARGE_GROUPS = 500;
/** Rows of a person that are read at once when a socket joins its rooms. */
const ROOMS_AT_ONCE = 1000;

/** Keeps `members`. */
@Injectable()
export class MemberRepository {
  constructor(@InjectModel(Member.name) private readonly model: Model<Member>) {}

  /** Makes people members; who is one already stays as they are. */
  async add(
    conversationId: string,
    people: readonly { userId: string; role: MemberRole }[],
    large: boolean,
  ): Promise<void> {
    const now = new Date();
    await this.model.bulkWrite(
      people.map(({ userId, role }) => ({
        updateOne: {
          filter: { conversationId: new Types.ObjectId(conversationId), userId },
          update: { $setOnInsert: { role, joinedSeq: 0, readSeq: 0, createdAt: now, ...(large && { large }) } },
          upsert: true,
        },
      })),
      { ordered: false, timestamps: false, writeConcern: { w: 'majority', journal: true } },
    );
  }

  /** Brings people into a group with the message of this `seq`: nothing of before is unread, and they see from `joinedSeq` on. */
  async enter(
    conversationId: string,
    who: { userIds: readonly string[]; seq: number; joinedSeq: number },
    session: ClientSession,
  ): Promise<void> {
    const { joinedSeq, seq } = who;
    const rows = who.userIds.map((userId) => ({ conversationId, userId, role: 'member', joinedSeq, readSeq: seq - 1 }));
    await this.model.insertMany(rows, { session });
  }

  async leave(conversationId: string, userIds: readonly string[], session: ClientSession): Promise<void> {
    await this.model.deleteMany({ conversationId, userId: { $in: userIds } }, { session });
  }

  /** Makes a member the owner. */
  async promote(conversationId: string, userId: string, session: ClientSession): Promise<void> {
    await this.model.updateOne({ conversationId, userId }, { $set: { role: 'owner' } }, { session });
  }

  /** Says of everyone's row whether the conversation is too large to list its participants itself. */
  async markLarge(conversationId: string, large: boolean, session: ClientSession): Promise<void> {
    const mark = large ? { $set: { large } } : { $unset: { large: 1 as const } };
    await this.model.updateMany({ conversationId }, mark, { session, timestamps: false });
  }

  /** Everyone in a conversation, in the order they came. */
  async of(conversationId: string, limit: number): Promise<KeptMember[]> {
    const rows = await this.model.find({ conversationId }).limit(limit).lean();
    return rows.map(kept).sort((a, b) => a.joinedAt.getTime() - b.joinedAt.getTime());
  }

  async find(conversationId: string, userId: string): Promise<KeptMember | undefined> {
    const row = await this.model.findOne({ conversationId, userId }).lean();
    return row ? kept(row) : undefined;
  }

  /** A person's own rows of those of these conversations that they are in, by conversation. */
  async rowsOf(userId: string, conversationIds: readonly string[]): Promise<Map<string, KeptMember>> {
    const rows = await this.model.find({ userId, conversationId: { $in: conversationIds } }).lean();
    return new Map(rows.map((row) => [row.conversationId.toHexString(), kept(row)]));
  }

  /** Those whom a message of this `seq` is not for, as they came after it. */
  async cameAfter(conversationId: string, seq: number): Promise<string[]> {
    const rows = await this.model
      .find({ conversationId, joinedSeq: { $gt: seq } })
      .select({ userId: 1 })
      .lean();
    return rows.map(({ userId }) => userId);
  }

  /** The conversations of a person, in batches, so that no one's thousands are held at once. */
  async *conversationsOf(userId: string): AsyncGenerator<string[]> {
    const rows = this.model
      .find({ userId })
      .select({ conversationId: 1, _id: 0 })
      .lean()
      .cursor({ batchSize: ROOMS_AT_ONCE });
    let batch: string[] = [];
    for await (const row of rows) {
      batch.push(row.conversationId.toHexString());
      if (batch.length === ROOMS_AT_ONCE) {
        yield batch;
        batch = [];
      }
    }
    if (batch.length > 0) yield batch;
  }

  /** The conversations of many people, in one look. */
  async conversationsOfMany(userIds: readonly string[]): Promise<Map<string, string[]>> {
    const rows = this.model
      .find({ userId: { $in: userIds } })
      .select({ userId: 1, conversationId: 1, _id: 0 })
      .lean()
      .cursor({ batchSize: ROOMS_AT_ONCE });
    const found = new Map<string, string[]>();
    for await (const { userId, conversationId } of rows) {
      const own = found.get(userId);
      if (own) own.push(conversationId.toHexString());
      else found.set(userId, [conversationId.toHexString()]);
    }
    return found;
  }

  /** Those of these conversations that somebody is a member of. */
  async inWhich(userId: string, conversationIds: readonly string[]): Promise<string[]> {
    const rows = await this.model
      .find({ userId, conversationId: { $in: conversationIds } })
      .select({ conversationId: 1, _id: 0 })
      .lean();
    return rows.map(({ conversationId }) => conversationId.toHexString());
  }

  /** Those of `userIds` who are a member of any of these conversations. */
  async inAny(userIds: readonly string[], conversationIds: readonly string[]): Promise<string[]> {
    return this.model.distinct('userId', { userId: { $in: userIds }, conversationId: { $in: conversationIds } });
  }

  async largeGroupsOf(userId: string): Promise<string[]> {
    const rows = await this.model
      .find({ userId, large: true })
      .select({ conversationId: 1 })
      .limit(LARGE_GROUPS)
      .lean();
    return rows.map((row) => row.conversationId.toHexString());
  }

  /** Moves a person's mark forward, never back; answers where it was before, or undefined if it was there already. */
  async read(conversationId: string, userId: string, upToSeq: number): Promise<number | undefined> {
    const before = await this.model
      .findOneAndUpdate(
        { conversationId, userId, readSeq: { $lt: upToSeq } },
        { $set: { readSeq: upToSeq }, $currentDate: { readAt: true } },
        { returnDocument: 'before', writeConcern: { w: 'majority', journal: true } },
      )
      .lean();
    return before?.readSeq;
  }

  /** Moves many marks forward at once: those of people who have sent. */
  async readMany(marks: readonly Mark[]): Promise<void> {
    await this.model.bulkWrite(
      marks.map(({ conversationId, userId, seq }) => ({
        updateOne: {
          filter: { conversationId: new Types.ObjectId(conversationId), userId },
          update: { $max: { readSeq: seq } },
        },
      })),
      { ordered: false, timestamps: false },
    );
  }
}

function kept(row: Member): KeptMember {
  const { userId, role, joinedSeq, readSeq, createdAt: joinedAt } = row;
  return { userId, role, joinedSeq, readSeq, joinedAt };
}
