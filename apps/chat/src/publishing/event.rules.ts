import type { ChangeKind } from '@app/common/schemas/change.schema.js';
import type { EventConversation } from '@app/contracts/events.js';

/** More people than this are not named in an event. */
export const NAMED = 50;

/** What an event says of its conversation. */
export function conversationOf(
  { id, kind, name }: EventConversation['conversation'],
  members: Iterable<string>,
): EventConversation {
  const participantIds = [...members];
  return {
    conversation: { id, kind, ...(name !== undefined && { name }) },
    participantCount: participantIds.length,
    participantIds: participantIds.slice(0, NAMED),
  };
}

/** The id of a change's event, the same however often it is published. A message is edited many times. */
export function changeEventId({ kind, messageId, n }: { kind: ChangeKind; messageId: string; n: number }): string {
  switch (kind) {
    case 'message.updated':
      return `${messageId}.updated.${n}`;
    case 'message.deleted':
      return `${messageId}.deleted`;
    case 'conversation.updated':
      return `${messageId}.updated`;
  }
}

/** The id of the event that a conversation began. */
export const beginningId = (conversationId: string): string => `${conversationId}.created`;

/** The id of the event that somebody has read so far. */
export const readingId = (conversationId: string, { upToSeq, userId }: { upToSeq: number; userId: string }): string =>
  `${conversationId}.read.${upToSeq}.${userId}`;
