import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { AppError } from '@app/common/errors/app-error.js';
import { Metrics } from '@app/common/metrics/metrics.js';
import { patiently } from '@app/common/mongo/patience.js';
import { ConversationRepository } from '../conversations/conversation.repository.js';
import { LISTED_PARTICIPANTS, MAX_PARTICIPANTS } from '../conversations/conversation.rules.js';
import { MemberRepository } from '../conversations/member.repository.js';
import { Lane, type LaneFacts } from './lane.js';
import { laneMetrics } from './lane.metrics.js';
import { MessageRepository } from '../messages/message.repository.js';
import type { Head } from '../messages/message.rules.js';

/** Conversations that a node keeps in mind, and members of all of them together; the longest unused is forgotten. */
const LANES = 20_000;
const MEMBERS = 500_000;
/** How long MongoDB may take to say where a conversation stands. */
const PATIENCE_MS = 1000;

interface Renewal {
  doubts: number;
  done: Promise<void>;
}

/** The lanes of this node: the conversations in use, with their heads and members. */
@Injectable()
export class Lanes {
  private readonly lanes = new LRUCache<string, Lane>({ max: LANES, maxSize: MEMBERS });
  private readonly loading = new Map<string, Promise<Lane>>();
  private readonly renewals = new Map<Lane, Renewal>();

  constructor(
    private readonly conversations: ConversationRepository,
    private readonly members: MemberRepository,
    private readonly messages: MessageRepository,
    metrics: Metrics,
  ) {
    metrics.of(laneMetrics).lanes.reads(() => this.lanes.size);
  }

  /** The lane of a conversation that `userId` is a member of; throws `NOT_FOUND` or `NOT_A_MEMBER`. */
  async of(conversationId: string, userId: string): Promise<Lane> {
    const lane = this.lanes.get(conversationId) ?? (await this.load(conversationId));
    // Somebody who came a moment ago may be missing here; nobody is refused on a memory.
    if (lane.stale || !lane.members.has(userId)) await this.renew(lane);
    if (!lane.members.has(userId)) throw new AppError('NOT_A_MEMBER');
    return lane;
  }

  /** Reads a lane's facts anew. Whoever asks meanwhile waits for the same reading, in the order they came. */
  renew(lane: Lane): Promise<void> {
    const { doubts } = lane;
    const under = this.renewals.get(lane);
    if (under?.doubts === doubts) return under.done;
    const done = (under?.done ?? Promise.resolve())
      .catch(() => undefined)
      .then(() => patiently(PATIENCE_MS, this.read(lane.conversationId)))
      .then((facts) => {
        const { size } = lane.members;
        lane.renew(facts, doubts);
        if (lane.members.size !== size && this.lanes.peek(lane.conversationId) === lane) this.remember(lane);
      })
      .finally(() => {
        if (this.renewals.get(lane)?.done === done) this.renewals.delete(lane);
      });
    this.renewals.set(lane, { doubts, done });
    return done;
  }

  /** The lane of a conversation, if this node has it in mind. */
  peek(conversationId: string): Lane | undefined {
    return this.lanes.peek(conversationId);
  }

  /** Takes over what another node has said of a conversation: where it stands, and when its members last changed. */
  raise(conversationId: string, head: Head, membershipSeq: number): void {
    this.lanes.peek(conversationId)?.raise(head, membershipSeq);
  }

  /** Says that a conversation's members have changed; the next use reads them. */
  outdate(conversationId: string): void {
    this.lanes.peek(conversationId)?.doubt();
  }

  private load(conversationId: string): Promise<Lane> {
    const under = this.loading.get(conversationId);
    if (under) return under;
    const loading = patiently(PATIENCE_MS, this.read(conversationId))
      .then((facts) => {
        const lane = new Lane(conversationId, facts);
        this.remember(lane);
        return lane;
      })
      .finally(() => this.loading.delete(conversationId));
    this.loading.set(conversationId, loading);
    return loading;
  }

  /** Counts its members too: a lane of a large group is as large as hundreds of others. */
  private remember(lane: Lane): void {
    const { conversationId, members } = lane;
    // What is there keeps the size it came with.
    this.lanes.delete(conversationId);
    this.lanes.set(conversationId, lane, { size: members.size + 1 });
  }

  private async read(conversationId: string): Promise<LaneFacts> {
    // The head first: members that are newer than the head are harmless, older ones would be trusted.
    const head = await this.messages.headOf(conversationId);
    const conversation = await this.conversations.find(conversationId);
    if (!conversation) throw new AppError('NOT_FOUND', { message: 'There is no such conversation.' });
    const listed = conversation.participantCount <= LISTED_PARTICIPANTS;
    const members = listed
      ? conversation.participantIds
      : (await this.members.of(conversationId, MAX_PARTICIPANTS)).map(({ userId }) => userId);
    return { conversation, head, members: new Set(members) };
  }
}
