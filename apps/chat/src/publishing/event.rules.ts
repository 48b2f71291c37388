import type { EventConversation } from '@app/contracts/events.js';

/** More people than this are not named in an event. */
const NAMED = 50;

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
