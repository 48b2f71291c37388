import { Inject, Injectable } from '@nestjs/common';
import { type ClientSession, mongo } from 'mongoose';
import { ENV } from '@app/common/env/shared.settings.js';
import { ChangeRepository } from '../changes/change.repository.js';
import { ConversationRepository } from '../conversations/conversation.repository.js';
import { MemberRepository } from '../conversations/member.repository.js';
import { MessageRepository } from '../messages/message.repository.js';
import type { KeptMessage } from '../messages/message.rules.js';
import type { ChatEnv } from '../env.js';
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
    @Inject(ENV) private readonly env: ChatEnv,
  ) {}

  /** All of it, or nothing: when the `seq` was taken meanwhile, or the message is kept already, with its change. */
  async apply(plan: MembershipPlan, message: KeptMessage): Promise<'kept' | 'kept-before' | 'seq-taken'> {
    const { conversationId, seq, senderId: by, id: messageId } = message;
    const { members, large } = plan;
    const participantIds = large ? [] : members;
    try {
      await this.changes.transaction(async (session) => {
        await this.messages.insertIn(session, message);
        await this.move(plan, message, session);
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

  private async move(
    { note, large, wasLarge, heir }: MembershipPlan,
    { conversationId, seq }: KeptMessage,
    session: ClientSession,
  ): Promise<void> {
    const joinedSeq = this.env.GROUP_HISTORY === 'all' ? 0 : seq;
    if (note.event === 'participants.removed') await this.members.leave(conversationId, note.userIds, session);
    else await this.members.enter(conversationId, { userIds: note.userIds, seq, joinedSeq }, session);
    if (large || wasLarge) await this.members.markLarge(conversationId, large, session);
    if (heir !== undefined) await this.members.promote(conversationId, heir, session);
  }

  /** True when the message that tells of a change is kept, and so the change is. */
  async has(messageId: string): Promise<boolean> {
    return (await this.messages.find(messageId)) !== undefined;
  }
}
