import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { ClientSession, Model } from 'mongoose';
import { Change, type ChangeKind } from '@app/common/schemas/change.schema.js';
import { ConversationRepository } from '../conversations/conversation.repository.js';
import { MessageRepository } from '../messages/message.repository.js';
import type { KeptMessage } from '../messages/message.rules.js';

/** How a change is written down. */
export interface NewChange {
  conversationId: string;
  kind: ChangeKind;
  by: string;
  messageId: string;
}

const DURABLE = { writeConcern: { w: 'majority', journal: true } } as const;

/** Keeps `changes`: each is written down in the transaction of what it changes. */
@Injectable()
export class ChangeRepository {
  constructor(
    @InjectModel(Change.name) private readonly changes: Model<Change>,
    private readonly conversations: ConversationRepository,
    private readonly messages: MessageRepository,
  ) {}

  /** Replaces what a message says; false when it was deleted, or changed, meanwhile. */
  rewrite(before: KeptMessage, after: KeptMessage, change: Pick<NewChange, 'kind' | 'by'>): Promise<boolean> {
    const { id: messageId, conversationId } = before;
    return this.transaction(async (session) => {
      if (!(await this.messages.rewrite(before, after, session))) return false;
      await this.conversations.rewriteHead(after, session);
      await this.note({ ...change, conversationId, messageId }, session);
      return true;
    });
  }

  /** Does all of it or nothing, for good. */
  transaction<T>(work: (session: ClientSession) => Promise<T>): Promise<T> {
    return this.changes.db.transaction(work, DURABLE);
  }

  /** Gives a change its number and writes it down. */
  async note(change: NewChange, session: ClientSession): Promise<void> {
    const n = await this.conversations.nextChange(change.conversationId, session);
    await this.changes.create([{ ...change, n, createdAt: new Date() }], { session });
  }
}
