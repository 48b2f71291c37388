import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { type ClientSession, type Model, mongo, Types } from 'mongoose';
import { Conversation } from '@app/common/schemas/conversation.schema.js';
import { Member } from '@app/common/schemas/member.schema.js';
import { Message } from '@app/common/schemas/message.schema.js';
import { ChangeRepository } from '../changes/change.repository.js';
import type { KeptMessage } from '../messages/message.rules.js';
import { stored } from '../messages/message.repository.js';
import type { MembershipPlan } from './membership.rules.js';

const DUPLICATE_KEY = 11000;

/** Changes who is in a conversation, and writes the message that tells of it: one transaction, which takes a `seq`. */
@Injectable()
export class MembershipRepository {
  constructor(
    @InjectModel(Conversation.name) private readonly conversations: Model<Conversation>,
    @InjectModel(Member.name) private readonly members: Model<Member>,
    @InjectModel(Message.name) private readonly messages: Model<Message>,
    private readonly changes: ChangeRepository,
  ) {}

  /** False when the `seq` was taken meanwhile: nothing has changed then, and members must be read anew. */
  async apply(plan: MembershipPlan, message: KeptMessage): Promise<boolean> {
    try {
      await this.conversations.db.transaction((session) => this.write(plan, message, session), {
        writeConcern: { w: 'majority', journal: true },
      });
      return true;
    } catch (error) {
      if (error instanceof mongo.MongoServerError && error.code === DUPLICATE_KEY) return false;
      throw error;
    }
  }

  private async write(
    { note, members, large }: MembershipPlan,
    message: KeptMessage,
    session: ClientSession,
  ): Promise<void> {
    const conversationId = new Types.ObjectId(message.conversationId);
    await this.messages.collection.insertOne(stored(message), { session });
    if (note.event === 'participants.added')
      await this.insert(conversationId, note.userIds, { message, large, session });
    else await this.members.deleteMany({ conversationId, userId: { $in: note.userIds } }, { session });
    if (large) await this.members.updateMany({ conversationId }, { $set: { large } }, { session, timestamps: false });
    await this.conversations.updateOne(
      { _id: conversationId },
      {
        $set: {
          participantIds: large ? [] : members,
          participantCount: members.length,
          membershipSeq: message.seq,
        },
      },
      { session },
    );
    const { conversationId: of, senderId: by, id: messageId } = message;
    await this.changes.note({ conversationId: of, kind: 'conversation.updated', by, messageId }, session);
  }

  private async insert(
    conversationId: Types.ObjectId,
    userIds: readonly string[],
    { message, large, session }: { message: KeptMessage; large: boolean; session: ClientSession },
  ): Promise<void> {
    // Who comes has read nothing, and owes nothing of what was said before.
    const seqs = { joinedSeq: message.seq, readSeq: message.seq - 1 };
    const rows = userIds.map((userId) => ({
      conversationId,
      userId,
      role: 'member',
      ...seqs,
      ...(large && { large }),
    }));
    await this.members.insertMany(rows, { session });
  }
}
