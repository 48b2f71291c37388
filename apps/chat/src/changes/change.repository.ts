import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { ClientSession, Model } from 'mongoose';
import { Change, type ChangeKind } from '@app/common/schemas/change.schema.js';
import { ConversationRepository } from '../conversations/conversation.repository.js';
import { MessageRepository } from '../messages/message.repository.js';
import { asPreview, type KeptMessage } from '../messages/message.rules.js';

/** How a change is written down. */
export interface NewChange {
  conversationId: string;
  kind: ChangeKind;
  by: string;
  messageId: string;
  /** When, if not now. */
  at?: Date;
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

  /** Replaces what a message says; answers the change's number, or undefined when it was changed or deleted meanwhile. */
  rewrite(
    before: KeptMessage,
    after: KeptMessage,
    change: Pick<NewChange, 'kind' | 'by' | 'at'>,
  ): Promise<number | undefined> {
    const { id: messageId, conversationId } = before;
    return this.transaction(async (session) => {
      if (!(await this.messages.rewrite(before, after, session))) return undefined;
      await this.conversations.rewriteHead(conversationId, asPreview(after), session);
      return this.note({ ...change, conversationId, messageId }, session);
    });
  }

  /** Does all of it or nothing, for good. */
  transaction<T>(work: (session: ClientSession) => Promise<T>): Promise<T> {
    return this.changes.db.transaction(work, DURABLE);
  }

  /** Gives a change its number and writes it down: from then on its event is published, if need be again. */
  async note({ at = new Date(), ...change }: NewChange, session: ClientSession): Promise<number> {
    const n = await this.conversations.nextChange(change.conversationId, session);
    await this.changes.create([{ ...change, n, createdAt: at }], { session });
    return n;
  }
}
