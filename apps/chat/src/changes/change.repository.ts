import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { type ClientSession, type Model, Types } from 'mongoose';
import { Change, type ChangeKind } from '@app/common/schemas/change.schema.js';
import { Conversation } from '@app/common/schemas/conversation.schema.js';
import { Message } from '@app/common/schemas/message.schema.js';
import type { KeptMessage } from '../messages/message.rules.js';
import { previewOf } from '../messages/text.rules.js';

/** How a change is written down. */
export interface NewChange {
  conversationId: string;
  kind: ChangeKind;
  by: string;
  messageId: string;
}

const DURABLE = { writeConcern: { w: 'majority', journal: true } } as const;

/** Keeps `changes`, and what changes with them, in one transaction. */
@Injectable()
export class ChangeRepository {
  constructor(
    @InjectModel(Change.name) private readonly changes: Model<Change>,
    @InjectModel(Conversation.name) private readonly conversations: Model<Conversation>,
    @InjectModel(Message.name) private readonly messages: Model<Message>,
  ) {}

  /** Replaces what a message says; false when it was deleted, or changed, meanwhile. */
  async rewrite(before: KeptMessage, after: KeptMessage, change: Pick<NewChange, 'kind' | 'by'>): Promise<boolean> {
    return this.changes.db.transaction(async (session) => {
      const unchanged = {
        _id: before.id,
        deletedAt: { $exists: false },
        editedAt: before.editedAt ?? { $exists: false },
      };
      const { text, attachments, editedAt, deletedAt } = after;
      const written = await this.messages.updateOne(
        unchanged,
        { $set: { text, attachments, ...(editedAt && { editedAt }), ...(deletedAt && { deletedAt }) } },
        { session },
      );
      if (written.matchedCount === 0) return false;
      await this.conversations.updateOne(
        { _id: before.conversationId, 'head.messageId': new Types.ObjectId(before.id) },
        { $set: { 'head.text': previewOf(text) } },
        { session, timestamps: false },
      );
      await this.note({ ...change, conversationId: before.conversationId, messageId: before.id }, session);
      return true;
    }, DURABLE);
  }

  /** Gives a change its number and writes it down, inside the transaction of the change itself. */
  async note(change: NewChange, session: ClientSession): Promise<void> {
    const conversation = await this.conversations
      .findOneAndUpdate(
        { _id: change.conversationId },
        { $inc: { changeN: 1 } },
        { session, returnDocument: 'after', timestamps: false, projection: { changeN: 1 } },
      )
      .lean();
    await this.changes.create([{ ...change, n: conversation?.changeN, createdAt: new Date() }], { session });
  }
}
