import { Injectable } from '@nestjs/common';
import type { Caller } from '@app/common/auth/claims.js';
import { AppError } from '@app/common/errors/app-error.js';
import { UserDirectory } from '@app/common/identity/user.directory.js';
import type { Person, SystemNote } from '@app/contracts/shapes.js';
import { ConversationService, type Participant } from '../conversations/conversation.service.js';
import { LISTED_PARTICIPANTS } from '../conversations/conversation.rules.js';
import { HeadWriter } from '../conversations/head.writer.js';
import { Teller } from '../domain-events.js';
import type { Lane } from '../lanes/lane.js';
import { LaneBus } from '../lanes/lane.bus.js';
import { Lanes } from '../lanes/lanes.js';
import { MessageWriter } from '../lanes/message.writer.js';
import { asMessage, asPreview, type KeptMessage } from '../messages/message.rules.js';
import { EventOutlet } from '../publishing/event.outlet.js';
import { conversationOf } from '../publishing/event.rules.js';
import { AdmissionService } from './admission.service.js';
import { type MembershipPlan, planFor, tellingText } from './membership.rules.js';

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

/** A change that was kept, and the message that tells of it. */
interface Told {
  plan: MembershipPlan;
  message: KeptMessage;
  sender: Person;
}

/** How often a change is planned anew, because others have changed the same members meanwhile. */
const TRIES = 5;

/** Changes who is in a group. A change takes a `seq`, so a node with an old list of members clashes before it trusts it. */
@Injectable()
export class MembershipService {
  constructor(
    private readonly lanes: Lanes,
    private readonly bus: LaneBus,
    private readonly admission: AdmissionService,
    private readonly writer: MessageWriter,
    private readonly conversations: ConversationService,
    private readonly people: UserDirectory,
    private readonly heads: HeadWriter,
    private readonly teller: Teller,
    private readonly events: EventOutlet,
  ) {}

  /** Adds people; answers the participants as they are then. Only the owner may. */
  async add(who: Caller, { conversationId, userIds }: AddParticipants): Promise<Participant[]> {
    await this.events.surely(() =>
      this.change(who, conversationId, { event: 'participants.added', userIds: [...userIds] }),
    );
    return this.conversations.participants(who, conversationId);
  }

  /** Removes somebody (the owner may), or leaves; answers the participants as they are then, nobody to who has left. */
  async remove(who: Caller, { conversationId, userId }: RemoveParticipant): Promise<Participant[]> {
    await this.events.surely(() =>
      this.change(who, conversationId, { event: 'participants.removed', userIds: [userId] }),
    );
    return userId === who.id ? [] : this.conversations.participants(who, conversationId);
  }

  private async change(who: Caller, conversationId: string, asked: SystemNote): Promise<void> {
    for (let tries = 0; tries < TRIES; tries++) {
      // Read anew each time: what is known here may be old, and the plan stands on it.
      this.lanes.outdate(conversationId);
      const lane = await this.lanes.of(conversationId, who.id);
      const { role } = await this.admission.member(conversationId, who.id);
      const plan = planFor(lane.conversation, [...lane.members], { ...asked, by: who.id, role });
      if (!plan) return;
      const people = await this.people.people([who.id, ...plan.note.userIds]);
      const message = await this.keep(lane, { who, plan, people });
      if (message) return this.tell(lane, { plan, message, sender: people[0] as Person });
    }
    throw new AppError('UNAVAILABLE', { retryAfterMs: 200 });
  }

  /** Takes its turn in the lane, behind what waits there, at the conversation's owner if it has one. */
  private async keep(
    lane: Lane,
    { who, plan, people }: { who: Caller; plan: MembershipPlan; people: Person[] },
  ): Promise<KeptMessage | undefined> {
    const text = tellingText(plan.note, new Map(people.map(({ id, name }) => [id, name])), who.id);
    const { conversationId } = lane;
    const draft = { conversationId, senderId: who.id, text, attachments: [], system: plan.note };
    try {
      return (await this.writer.append(lane, draft)).message;
    } catch (error) {
      if (error instanceof AppError && error.code === 'CONFLICT') return undefined;
      throw error;
    }
  }

  private async tell(lane: Lane, { plan, message, sender }: Told): Promise<void> {
    const { conversationId } = lane;
    const { event, userIds } = plan.note;
    this.lanes.outdate(conversationId);
    this.bus.membersChanged(conversationId, message.seq);
    const [addedIds, removedIds] = event === 'participants.added' ? [userIds, []] : [[], userIds];
    this.teller.dismiss(conversationId, removedIds);
    this.teller.part(conversationId, removedIds, plan.members);
    this.teller.admit(conversationId, addedIds);
    this.tellMessage(lane, { plan, message, sender }, addedIds);
    // No await until here: what is told keeps the order of `seq`.
    const members = await this.membersNow(lane, plan);
    this.teller.tell('conversation.updated', {
      conversationId,
      participantIds: members.length > LISTED_PARTICIPANTS ? [] : members,
      participantCount: members.length,
      addedIds,
      removedIds,
    });
    const { seq } = message;
    const data = { ...conversationOf(lane.conversation, members), seq, updatedBy: sender.id, addedIds, removedIds };
    const about = { subject: conversationId, time: message.createdAt.toISOString() };
    this.events.publish('conversation.updated', { id: `${message.id}.updated`, ...about, data });
  }

  private tellMessage(lane: Lane, { plan, message, sender }: Told, alsoTo: readonly string[]): void {
    const { conversationId } = lane;
    const shown = asMessage(message, sender, [sender.id]);
    this.teller.tell('message.created', { conversationId, message: shown, membershipSeq: message.seq, alsoTo });
    this.heads.note(conversationId, asPreview(message));
    const data = { message: shown, sender, ...conversationOf(lane.conversation, plan.members) };
    const about = { subject: conversationId, time: message.createdAt.toISOString() };
    this.events.publish('message.created', { id: message.id, ...about, data });
  }

  /** As they are after this change and whatever others have changed since it was planned. */
  private async membersNow(lane: Lane, { members }: MembershipPlan): Promise<string[]> {
    return this.lanes.renew(lane).then(
      () => [...lane.members],
      () => members,
    );
  }
}
