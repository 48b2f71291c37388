import { AppError } from '@app/common/errors/app-error.js';
import type { MemberRole } from '@app/common/schemas/member.schema.js';
import type { SystemNote } from '@app/contracts/shapes.js';
import { type KeptConversation, LISTED_PARTICIPANTS, MAX_PARTICIPANTS } from '../conversations/conversation.rules.js';

/** A group's members after a change, and what the change was. */
export interface MembershipPlan {
  note: SystemNote;
  members: string[];
  /** True when the conversation lists its members no longer, or still does not. */
  large: boolean;
  /** True when it did not list them before. */
  wasLarge: boolean;
  /** Who is the owner from now on, as the owner leaves: the member who has been there longest. */
  heir?: string;
}

/** Who makes a change; somebody who is no member any more has no role. */
interface Author {
  by: string;
  role?: MemberRole | undefined;
}

/** The members after the owner added these; undefined when all of them are members already. */
export function added(
  group: KeptConversation,
  members: readonly string[],
  change: Author & { userIds: readonly string[] },
) {
  checkGroup(group);
  if (change.role !== 'owner') throw new AppError('FORBIDDEN', { message: 'Only the owner of a group adds people.' });
  const userIds = change.userIds.filter((id) => !members.includes(id));
  if (userIds.length === 0) return undefined;
  if (members.length + userIds.length > MAX_PARTICIPANTS) {
    throw new AppError('INVALID_INPUT', { message: `a conversation has at most ${MAX_PARTICIPANTS} participants` });
  }
  return planOf({ event: 'participants.added', userIds }, members, [...members, ...userIds]);
}

/** The members after the owner removed somebody, or somebody left; undefined when that person is no member. */
export function removed(group: KeptConversation, members: readonly string[], change: Author & { userId: string }) {
  checkGroup(group);
  if (change.role !== 'owner' && change.userId !== change.by) {
    throw new AppError('FORBIDDEN', { message: 'Only the owner of a group removes others.' });
  }
  if (!members.includes(change.userId)) return undefined;
  const stay = members.filter((id) => id !== change.userId);
  const plan = planOf({ event: 'participants.removed', userIds: [change.userId] }, members, stay);
  const [heir] = stay;
  const leaves = change.role === 'owner' && change.userId === change.by;
  return leaves && heir !== undefined ? { ...plan, heir } : plan;
}

/** The members after the change that a note tells of, when its author `by` makes it now; undefined when nothing is to do. */
export function planFor(
  group: KeptConversation,
  members: readonly string[],
  change: SystemNote & Author,
): MembershipPlan | undefined {
  const [userId = ''] = change.userIds;
  return change.event === 'participants.added'
    ? added(group, members, change)
    : removed(group, members, { ...change, userId });
}

/** What everyone reads of it. */
export function tellingText({ event, userIds }: SystemNote, names: ReadonlyMap<string, string>, by: string): string {
  const name = (id: string) => names.get(id) ?? id;
  const people = userIds.map(name).join(', ');
  if (event === 'participants.added') return `${name(by)} added ${people}`;
  return userIds.includes(by) ? `${people} left` : `${name(by)} removed ${people}`;
}

function planOf(note: SystemNote, before: readonly string[], members: string[]): MembershipPlan {
  return { note, members, large: members.length > LISTED_PARTICIPANTS, wasLarge: before.length > LISTED_PARTICIPANTS };
}

function checkGroup(group: KeptConversation): void {
  if (group.kind !== 'group')
    throw new AppError('FORBIDDEN', { message: 'The participants of a direct conversation stay.' });
}
