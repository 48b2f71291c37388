import { Injectable } from '@nestjs/common';
import type { Caller } from '@app/common/auth/claims.js';
import { AppError } from '@app/common/errors/app-error.js';
import { UserDirectory } from '@app/common/identity/user.directory.js';
import { ConversationService, type Participant } from '../conversations/conversation.service.js';
import { LISTED_PARTICIPANTS } from '../conversations/conversation.rules.js';
import { HeadWriter } from '../conversations/head.writer.js';
import { Teller } from '../domain-events.js';
import type { Lane } from '../lanes/lane.js';
import { Lanes } from '../lanes/lanes.js';
import { MessageRepository } from '../messages/message.repository.js';
import { asMessage, asPreview, type KeptMessage, placed } from '../messages/message.rules.js';
import { EventOutlet } from '../publishing/event.outlet.js';
import { conversationOf } from '../publishing/event.rules.js';
import { added, type MembershipPlan, removed, tellingText } from './membership.rules.js';
import { MembershipRepository } from './membership.repository.js';

/** What is asked: people to add to a group. */
export interface AddParticipants {
  conversationId: string;
  userIds: readonly string[];
}

/** What is asked: somebody to remove from a group, or oneself to leave it. */
export interface RemoveParticipant {
  conversationId: string;
  userId: string;
}

type Planner = (lane: Lane, members: readonly string[]) => MembershipPlan | undefined;

/** How often a change is tried while others write into the same conversation. */
const TRIES = 20;

/** Changes who is in a group. A change takes a `seq`, so a node with an old list of members clashes before it trusts it. */
@Injectable()
export class MembershipService {
  constructor(
    private readonly lanes: Lanes,
    private readonly membership: MembershipRepository,
    private readonly messages: MessageRepository,
    private readonly conversations: ConversationService,
    private readonly people: UserDirectory,
    private readonly heads: HeadWriter,
    private readonly teller: Teller,
    private readonly events: EventOutlet,
  ) {}

  /** Adds people; answers the participants as they are then. Only the owner may. */
  async add(who: Caller, { conversationId, userIds }: AddParticipants): Promise<Participant[]> {
    await this.change(who, conversationId, ({ conversation }, members) =>
      added(conversation, members, { by: who.id, userIds }),
    );
    return this.conversations.participants(who, conversationId);
  }

  /** Removes somebody (the owner may), or leaves; answers the participants as they are then, nobody to who has left. */
  async remove(who: Caller, { conversationId, userId }: RemoveParticipant): Promise<Participant[]> {
    await this.change(who, conversationId, ({ conversation }, members) =>
      removed(conversation, members, { by: who.id, userId }),
    );
    return userId === who.id ? [] : this.conversations.participants(who, conversationId);
  }

  private async change(who: Caller, conversationId: string, planner: Planner): Promise<void> {
    for (let tries = 0; tries < TRIES; tries++) {
      // Read anew each time: what is known here may be old, and the plan stands on it.
      this.lanes.outdate(conversationId);
      const lane = await this.lanes.of(conversationId, who.id);
      const plan = planner(lane, [...lane.members]);
      if (!plan) return;
      const message = await this.messageOf(who, lane, plan);
      if (await this.membership.apply(plan, message)) return this.tell(lane, plan, message);
    }
    throw new AppError('UNAVAILABLE', { retryAfterMs: 200 });
  }

  private async messageOf(who: Caller, lane: Lane, { note }: MembershipPlan): Promise<KeptMessage> {
    const people = await this.people.people([who.id, ...note.userIds]);
    const text = tellingText(note, new Map(people.map(({ id, name }) => [id, name])), who.id);
    const draft = { conversationId: lane.conversationId, senderId: who.id, text, attachments: [] };
    const message = placed(draft, { id: this.messages.newId(), head: lane.head, now: Date.now() });
    return { ...message, system: note };
  }

  private async tell(lane: Lane, { note, members }: MembershipPlan, message: KeptMessage): Promise<void> {
    const { conversationId } = lane;
    this.lanes.outdate(conversationId);
    const [addedIds, removedIds] = note.event === 'participants.added' ? [note.userIds, []] : [[], note.userIds];
    this.teller.dismiss(conversationId, removedIds);
    this.teller.admit(conversationId, addedIds);
    const sender = await this.people.person(message.senderId);
    const shown = asMessage(message, sender, [message.senderId]);
    this.teller.tell('message.created', {
      conversationId,
      message: shown,
      membershipSeq: message.seq,
      alsoTo: addedIds,
    });
    this.teller.tell('conversation.updated', {
      conversationId,
      participantIds: members.length > LISTED_PARTICIPANTS ? [] : members,
      participantCount: members.length,
      addedIds,
      removedIds,
    });
    this.heads.note(conversationId, asPreview(message));
    const { id, createdAt, senderId: updatedBy } = message;
    const about = { subject: conversationId, time: createdAt.toISOString() };
    const place = conversationOf(lane.conversation, members);
    this.events.publish('message.created', { id, ...about, data: { message: shown, sender, ...place } });
    const data = { ...place, updatedBy, addedIds: [...addedIds], removedIds: [...removedIds] };
    this.events.publish('conversation.updated', { id: `${id}.updated`, ...about, data });
  }
}
