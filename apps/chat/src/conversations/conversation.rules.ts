import { createHash } from 'node:crypto';
import { AppError } from '@app/common/errors/app-error.js';
import type { ConversationKind } from '@app/contracts/events.js';
import type { Preview } from '@app/contracts/shapes.js';

/** A conversation in plain types. */
export interface KeptConversation {
  id: string;
  kind: ConversationKind;
  name?: string;
  propertyId?: string;
  participantIds: string[];
  participantCount: number;
  createdBy: string;
  /** The `seq` of the latest change of membership, 0 if there was none. */
  membershipSeq: number;
  lastMessage: Preview | null;
  headAt: Date;
  createdAt: Date;
}

/** Up to here a conversation lists its participants itself. */
export const LISTED_PARTICIPANTS = 50;
/** The most people in a conversation. */
export const MAX_PARTICIPANTS = 500;

/** What a conversation is asked to be. */
export interface OpenConversation {
  participantIds: string[];
  isGroup?: boolean;
  name?: string;
  propertyId?: string;
}

/** Everyone in it, oneself first; and whether it is one's only conversation with the other, or a group. */
export function planned(who: string, ask: OpenConversation): { kind: ConversationKind; participantIds: string[] } {
  const participantIds = [...new Set([who, ...ask.participantIds])];
  if (participantIds.length < 2)
    throw new AppError('INVALID_INPUT', { message: 'participantIds must name somebody else' });
  if (participantIds.length > MAX_PARTICIPANTS) {
    throw new AppError('INVALID_INPUT', { message: `a conversation has at most ${MAX_PARTICIPANTS} participants` });
  }
  const isGroup = ask.isGroup ?? participantIds.length > 2;
  if (!isGroup && participantIds.length > 2) {
    throw new AppError('INVALID_INPUT', { message: 'a conversation of more than two people is a group' });
  }
  return { kind: isGroup ? 'group' : 'direct', participantIds };
}

/**
 * The id of the one direct conversation of two people: the first 12 bytes of SHA-256 over their sorted ids, each with
 * its length before it (so that no two pairs give the same text). 24 hexadecimal digits.
 */
export function directId(a: string, b: string): string {
  const pair = [a, b].sort().map((id) => `${Buffer.byteLength(id)}:${id}`);
  return createHash('sha256').update(pair.join('')).digest('hex').slice(0, 24);
}

/** Messages after what was read; one's own move the mark, so they never count. */
export function unread(lastSeq: number, readSeq: number): number {
  return Math.max(0, lastSeq - readSeq);
}
