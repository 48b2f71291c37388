import type { Push } from '../sender.js';
import { dataOf } from '../sender.rules.js';

/** A notification as @parse/node-apn takes it, in the words of FCM's; a push that comes twice shows once. */
export function notificationOf(push: Push, topic: string) {
  const { conversationId, title, body, expiresAt } = push;
  return {
    topic,
    pushType: 'alert' as const,
    priority: 10,
    collapseId: conversationId,
    expiry: Math.floor(expiresAt.getTime() / 1000),
    rawPayload: {
      aps: { alert: { title, body }, 'thread-id': conversationId, sound: 'default' },
      ...dataOf(push),
    },
  };
}
