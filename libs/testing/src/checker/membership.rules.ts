import type { Seen, Violation } from './history.js';

/** G13: nobody who has left a conversation, or was removed, writes on in it. */
export function outsiders(kept: readonly Seen[]): Violation[] {
  const conversations = Map.groupBy(kept, ({ conversationId }) => conversationId);
  return [...conversations.values()].flatMap((messages) => {
    const gone = new Set<string>();
    return messages.flatMap(({ conversationId, seq, senderId, change }): Violation[] => {
      const outside = senderId !== undefined && !change && gone.has(senderId);
      for (const id of change?.userIds ?? []) {
        if (change?.event === 'participants.removed') gone.add(id);
        else gone.delete(id);
      }
      return outside ? [{ guarantee: 'G13', conversationId, what: `${senderId} wrote ${seq}, but had left` }] : [];
    });
  });
}
