import { Injectable } from '@nestjs/common';
import { AppError } from '@app/common/errors/app-error.js';
import { patiently } from '@app/common/mongo/patience.js';
import type { MemberRole } from '@app/common/schemas/member.schema.js';
import { MemberRepository } from '../conversations/member.repository.js';
import type { Lane } from '../lanes/lane.js';
import type { KeptMessage } from '../messages/message.rules.js';
import { MembershipRepository } from './membership.repository.js';
import { type MembershipPlan, planFor } from './membership.rules.js';

/** How long MongoDB may take before the outcome counts as unknown. */
const PATIENCE_MS = 2000;

/** Keeps a change of membership when its turn in the lane has come: nothing else of the conversation is under way then. */
@Injectable()
export class MembershipWriter {
  constructor(
    private readonly membership: MembershipRepository,
    private readonly members: MemberRepository,
  ) {}

  /** What became of it; `CONFLICT` when it cannot be made as it was planned, as others have changed the members meanwhile. */
  async keep(lane: Lane, message: KeptMessage): Promise<'kept' | 'kept-before' | 'seq-taken' | AppError> {
    // After the lane's members: a role that changed since then has taken a `seq` too, so that this clashes.
    const own = await patiently(PATIENCE_MS, this.members.find(lane.conversationId, message.senderId));
    const plan = planNow(lane, message, own?.role);
    if (plan) return patiently(PATIENCE_MS, this.membership.apply(plan, message));
    // Or what is known here is old, or it is this very change that an owner kept, whose answer was lost.
    lane.doubt();
    const kept = await patiently(PATIENCE_MS, this.membership.has(message.id));
    return kept ? 'kept-before' : new AppError('CONFLICT');
  }
}

function planNow(
  { conversation, members }: Lane,
  { senderId: by, system }: KeptMessage,
  role: MemberRole | undefined,
): MembershipPlan | undefined {
  try {
    const plan = system && planFor(conversation, [...members], { ...system, by, role });
    // Of what was planned only some may be left to do: then the message would tell more than is done.
    return plan?.note.userIds.length === system?.userIds.length ? plan : undefined;
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}
