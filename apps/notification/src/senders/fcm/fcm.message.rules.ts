import type { Push, Target } from '../sender.js';
import { dataOf } from '../sender.rules.js';

/** The channel that apps make on Android for new messages. */
const ANDROID_CHANNEL = 'new_messages_channel';

/** The message as FCM's HTTP v1 API takes it. The conversation is tag and collapse key: a push that comes twice shows once. */
export function messageOf(push: Push, to: Target, now: Date) {
  const { conversationId, title, body, expiresAt } = push;
  const ttlSeconds = Math.max(0, Math.ceil((expiresAt.getTime() - now.getTime()) / 1000));
  return {
    token: to.token,
    notification: { title, body },
    data: dataOf(push),
    android: {
      priority: 'high' as const,
      ttl: ttlSeconds * 1000,
      collapseKey: conversationId,
      notification: { channelId: ANDROID_CHANNEL, tag: conversationId },
    },
    apns: {
      headers: {
        'apns-priority': '10',
        'apns-push-type': 'alert',
        'apns-collapse-id': conversationId,
        'apns-expiration': String(Math.floor(expiresAt.getTime() / 1000)),
      },
      payload: { aps: { threadId: conversationId, sound: 'default' } },
    },
    webpush: {
      headers: { TTL: String(ttlSeconds), Urgency: 'high', Topic: conversationId },
      notification: { tag: conversationId, renotify: true },
    },
  };
}
