import { Injectable } from '@nestjs/common';
import { AppError } from '@app/common/errors/app-error.js';
import { ConversationRepository } from '../conversations/conversation.repository.js';
import { type KeptMember, MemberRepository } from '../conversations/member.repository.js';

/**
 * Says who may see a conversation, and from where on. It asks MongoDB each time: a node that has missed a removal finds that
 * out when it writes, as it clashes; whoever only reads never clashes, so a lane's members are for writing only.
 */
@Injectable()
export class AdmissionService {
  constructor(
    private readonly conversations: ConversationRepository,
    private readonly members: MemberRepository,
  ) {}

  /** Somebody's own row of a conversation; throws `NOT_FOUND` or `NOT_A_MEMBER`. */
  async member(conversationId: string, userId: string): Promise<KeptMember> {
    return (await this.members.find(conversationId, userId)) ?? this.refuse(conversationId);
  }

  /** Throws `NOT_A_MEMBER`, or `NOT_FOUND` when there is no such conversation. */
  async refuse(conversationId: string): Promise<never> {
    if (await this.conversations.find(conversationId)) throw new AppError('NOT_A_MEMBER');
    throw new AppError('NOT_FOUND', { message: 'There is no such conversation.' });
  }
}
