import type { Violation } from './history.js';
import type { Pushes } from './pushes.js';
import type { Meant } from './tries.js';

/** G9: every device of everyone but the sender has an attempt for every acked message; G10: one, and the sender's none. */
export function unpushed(meant: readonly Meant[], pushes: Pushes | undefined): Violation[] {
  if (!pushes) return [];
  const counts = new Map<string, number>();
  for (const { messageId, installationId } of pushes.attempts) {
    const key = `${messageId} ${installationId}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const phones = pushes.phones.map((phone) => ({ ...phone, conversationIds: new Set(phone.conversationIds) }));
  return meant.flatMap(({ conversationId, senderId, acks: [ack] }) =>
    phones.flatMap(({ installationId, userId, conversationIds }): Violation[] => {
      if (!ack?.messageId || !conversationIds.has(conversationId)) return [];
      const count = counts.get(`${ack.messageId} ${installationId}`) ?? 0;
      const about = { conversationId, what: `"${ack.text}" was pushed to ${installationId} ${count} times` };
      const due = userId === senderId ? 0 : 1;
      if (count === due) return [];
      return [{ guarantee: count < due ? 'G9' : 'G10', ...about }];
    }),
  );
}
