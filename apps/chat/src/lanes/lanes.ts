import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { AppError } from '@app/common/errors/app-error.js';
import { ConversationRepository } from '../conversations/conversation.repository.js';
import { LISTED_PARTICIPANTS, MAX_PARTICIPANTS } from '../conversations/conversation.rules.js';
import { MemberRepository } from '../conversations/member.repository.js';
import { Lane, type LaneFacts } from './lane.js';
import { MessageRepository } from '../messages/message.repository.js';
import type { Head } from '../messages/message.rules.js';

/** Conversations that a node keeps in mind; the longest unused is forgotten. */
const LANES = 20_000;

/** The lanes of this node: the conversations in use, with their heads and members. */
@Injectable()
export class Lanes {
  private readonly lanes = new LRUCache<string, Lane>({ max: LANES });
  private readonly loading = new Map<string, Promise<Lane>>();

  constructor(
    private readonly conversations: ConversationRepository,
    private readonly members: MemberRepository,
    private readonly messages: MessageRepository,
  ) {}

  /** The lane of a conversation that `userId` is a member of; throws `NOT_FOUND` or `NOT_A_MEMBER`. */
  async of(conversationId: string, userId: string): Promise<Lane> {
    const lane = this.lanes.get(conversationId) ?? (await this.load(conversationId));
    // Somebody who came a moment ago may be missing here; nobody is refused on a memory.
    if (!lane.members.has(userId)) await this.renew(lane);
    if (!lane.members.has(userId)) throw new AppError('NOT_A_MEMBER');
    return lane;
  }

  /** Reads a lane's facts anew, after a clash. */
  async renew(lane: Lane): Promise<void> {
    lane.renew(await this.read(lane.conversationId));
  }

  /** Takes over what another node has said of a conversation, if this node has it in mind. */
  raise(conversationId: string, head: Head): void {
    this.lanes.peek(conversationId)?.raise(head);
  }

  /** Forgets a conversation whose members have changed; the next use reads it. */
  forget(conversationId: string): void {
    this.lanes.delete(conversationId);
  }

  private load(conversationId: string): Promise<Lane> {
    const under = this.loading.get(conversationId);
    if (under) return under;
    const loading = this.read(conversationId)
      .then((facts) => {
        const lane = new Lane(conversationId, facts);
        this.lanes.set(conversationId, lane);
        return lane;
      })
      .finally(() => this.loading.delete(conversationId));
    this.loading.set(conversationId, loading);
    return loading;
  }

  private async read(conversationId: string): Promise<LaneFacts> {
    const [conversation, head] = await Promise.all([
      this.conversations.find(conversationId),
      this.messages.headOf(conversationId),
    ]);
    if (!conversation) throw new AppError('NOT_FOUND', { message: 'There is no such conversation.' });
    const listed = conversation.participantCount <= LISTED_PARTICIPANTS;
    const members = listed
      ? conversation.participantIds
      : (await this.members.of(conversationId, MAX_PARTICIPANTS)).map(({ userId }) => userId);
    return { conversation, head, members: new Set(members) };
  }
}
