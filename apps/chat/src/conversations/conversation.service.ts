import { Injectable } from '@nestjs/common';
import type { Caller } from '@app/common/auth/claims.js';
import { UserDirectory } from '@app/common/identity/user.directory.js';
import type { Conversation, Pagination, Person } from '@app/contracts/shapes.js';
import { Teller } from '../domain-events.js';
import { AdmissionService } from '../membership/admission.service.js';
import { EventOutlet } from '../publishing/event.outlet.js';
import { beginningId, conversationOf } from '../publishing/event.rules.js';
import { ConversationRepository } from './conversation.repository.js';
import {
  directId,
  LISTED_PARTICIPANTS,
  MAX_PARTICIPANTS,
  type OpenConversation,
  planned,
  unread,
  type KeptConversation,
} from './conversation.rules.js';
import { decodeCursor, encodeCursor } from './cursor.rules.js';
import { type KeptMember, MemberRepository } from './member.repository.js';

/** What is asked of the list. `before` is the `pagination.before` of the page before. */
export interface ListConversations {
  limit: number;
  before?: string;
}

/** A participant, as members of the conversation see one. */
export interface Participant extends Person {
  role: string;
  joinedAt: string;
}

/** Opens conversations and shows them to their members. */
@Injectable()
export class ConversationService {
  constructor(
    private readonly conversations: ConversationRepository,
    private readonly members: MemberRepository,
    private readonly admission: AdmissionService,
    private readonly people: UserDirectory,
    private readonly teller: Teller,
    private readonly events: EventOutlet,
  ) {}

  /** Makes a group, or makes or finds the one direct conversation with somebody. */
  open(who: Caller, ask: OpenConversation): Promise<{ conversation: Conversation; created: boolean }> {
    return this.events.surely(() => this.openAndTell(who, ask));
  }

  private async openAndTell(who: Caller, ask: OpenConversation): ReturnType<ConversationService['open']> {
    const { kind, participantIds } = planned(who.id, ask);
    const [me, other] = participantIds as [string, string];
    const id = kind === 'direct' ? directId(me, other) : this.conversations.newId();
    const listed = participantIds.length <= LISTED_PARTICIPANTS;
    const known = kind === 'direct' ? await this.conversations.find(id) : undefined;
    // Members first: a conversation that exists always has its members, whatever dies in between.
    const rows = participantIds.map(
      (userId) => ({ userId, role: kind === 'group' && userId === me ? 'owner' : 'member' }) as const,
    );
    if (!known) await this.members.add(id, rows, !listed);
    const { conversation, created } = await this.conversations.createOrGet(id, {
      kind,
      ...(ask.name !== undefined && kind === 'group' && { name: ask.name }),
      ...(ask.propertyId !== undefined && { propertyId: ask.propertyId }),
      participantIds: listed ? participantIds : [],
      participantCount: participantIds.length,
      createdBy: who.id,
    });
    if (created) {
      this.teller.admit(id, participantIds);
      this.publish(conversation, participantIds);
    }
    return { conversation: (await this.shown(who, [conversation]))[0] as Conversation, created };
  }

  /** A person's conversations, newest first. */
  async list(who: Caller, ask: ListConversations): Promise<{ conversations: Conversation[]; pagination: Pagination }> {
    const after = ask.before === undefined ? undefined : decodeCursor(ask.before);
    const largeIds = await this.members.largeGroupsOf(who.id);
    const page = { largeIds, limit: ask.limit + 1, ...(after && { after }) };
    const found = await this.conversations.listOf(who.id, page);
    const kept = found.slice(0, ask.limit);
    const last = kept.at(-1);
    const hasMore = found.length > ask.limit;
    return {
      conversations: await this.shown(who, kept),
      pagination: { limit: ask.limit, hasMore, before: hasMore && last ? encodeCursor(last) : null },
    };
  }

  /** One conversation; throws `NOT_FOUND` or `NOT_A_MEMBER`. */
  async get(who: Caller, conversationId: string): Promise<Conversation> {
    const found = await this.conversations.find(conversationId);
    const [shown] = await this.shown(who, found ? [found] : []);
    return shown ?? this.admission.refuse(conversationId);
  }

  /** Everyone in a conversation, in the order they came. */
  async participants(who: Caller, conversationId: string): Promise<Participant[]> {
    const members = await this.members.of(conversationId, MAX_PARTICIPANTS);
    if (!members.some(({ userId }) => userId === who.id)) return this.admission.refuse(conversationId);
    const people = await this.people.people(members.map(({ userId }) => userId));
    return members.map(({ role, joinedAt }, index) => ({
      ...(people[index] as Person),
      role,
      joinedAt: joinedAt.toISOString(),
    }));
  }

  private publish(conversation: KeptConversation, participantIds: string[]): void {
    const { id, createdAt, createdBy, propertyId } = conversation;
    this.events.publish('conversation.created', {
      id: beginningId(id),
      subject: id,
      time: createdAt.toISOString(),
      data: {
        ...conversationOf(conversation, participantIds),
        createdBy,
        ...(propertyId !== undefined && { propertyId }),
      },
    });
  }

  /** Those of them that the person is in. Their rows are read last: who was removed meanwhile is shown nothing. */
  private async shown(who: Caller, found: KeptConversation[]): Promise<Conversation[]> {
    const ids = found.map(({ id }) => id);
    const rows = await this.members.rowsOf(who.id, ids);
    return found.flatMap((conversation) => {
      const own = rows.get(conversation.id);
      return own ? asConversation(conversation, own) : [];
    });
  }
}

function asConversation(kept: KeptConversation, { userId, joinedSeq, readSeq }: KeptMember): Conversation {
  const isForThem = kept.lastMessage !== null && kept.lastMessage.seq >= joinedSeq;
  return {
    _id: kept.id,
    participantIds: kept.participantIds,
    participantCount: kept.participantCount,
    isGroup: kept.kind === 'group',
    ...(kept.name !== undefined && { name: kept.name }),
    ...(kept.propertyId !== undefined && { propertyId: kept.propertyId }),
    lastMessage: isForThem ? kept.lastMessage : null,
    unreadCounts: Object.fromEntries([[userId, unread(kept.lastMessage?.seq ?? 0, readSeq)]]),
    createdAt: kept.createdAt.toISOString(),
    updatedAt: kept.headAt.toISOString(),
  };
}
