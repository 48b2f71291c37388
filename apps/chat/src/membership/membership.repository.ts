import { Injectable } from '@nestjs/common';
import { mongo } from 'mongoose';
import { ChangeRepository } from '../changes/change.repository.js';
import { ConversationRepository } from '../conversations/conversation.repository.js';
import { MemberRepository } from '../conversations/member.repository.js';
import { MessageRepository } from '../messages/message.repository.js';
import type { KeptMessage } from '../messages/message.rules.js';
import type { MembershipPlan } from './membership.rules.js';

const DUPLICATE_KEY = 11000;

/** Changes who is in a conversation, and writes the message that tells of it: one transaction, which takes a `seq`. */
@Injectable()
export class MembershipRepository {
  constructor(
    private readonly conversations: ConversationRepository,
    private readonly members: MemberRepository,
    private readonly messages: MessageRepository,
    private readonly changes: ChangeRepository,
  ) {}

  /** All of it, or nothing: when the `seq` was taken meanwhile, or the message is kept already, with its change. */
  async apply(
    { note, members, large }: MembershipPlan,
    message: KeptMessage,
  ): Promise<'kept' | 'kept-before' | 'seq-taken'> {
    const { conversationId, seq, senderId: by, id: messageId } = message;
    const participantIds = large ? [] : members;
    try {
      await this.changes.transaction(async (session) => {
        await this.messages.insertIn(session, message);
        if (note.event === 'participants.removed') await this.members.leave(conversationId, note.userIds, session);
        else await this.members.enter(conversationId, { userIds: note.userIds, seq }, session);
        if (large) await this.members.markLarge(conversationId, session);
        const now = { participantIds, participantCount: members.length, membershipSeq: seq };
        await this.conversations.setMembers(conversationId, now, session);
        await this.changes.note({ conversationId, kind: 'conversation.updated', by, messageId }, session);
      });
      return 'kept';
    } catch (error) {
      if (!(error instanceof mongo.MongoServerError) || error.code !== DUPLICATE_KEY) throw error;
      return (await this.has(messageId)) ? 'kept-before' : 'seq-taken';
    }
  }

  /** True when the message that tells of a change is kept, and so the change is. */
  async has(messageId: string): Promise<boolean> {
    return (await this.messages.find(messageId)) !== undefined;
  }
}
