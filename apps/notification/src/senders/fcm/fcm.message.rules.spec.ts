import { bodyOf, titleOf } from '../../push/push.rules.js';
import { messageOf } from './fcm.message.rules.js';
import type { Push, Target } from '../sender.js';

const conversationId = '65a000000000000000000001';
const createdAt = new Date('2026-01-01T00:00:00Z');
const push: Push = {
  messageId: '65b000000000000000000001',
  conversationId,
  senderId: 'ana',
  seq: 7,
  title: 'New message from Ana',
  body: 'Hello',
  expiresAt: new Date('2026-01-02T00:00:00Z'),
};
const to: Target = { installationId: 'i', userId: 'ben', platform: 'android', provider: 'fcm', token: 'the-token' };

describe('the FCM message of a push', () => {
  const message = messageOf(push, to, createdAt);

  it('says what there is to know, all in strings', () => {
    expect(message.token).toBe('the-token');
    expect(message.notification).toEqual({ title: 'New message from Ana', body: 'Hello' });
    expect(message.data).toEqual({
      type: 'newMessage',
      conversationId,
      messageId: push.messageId,
      senderId: 'ana',
      seq: '7',
    });
  });

  it('reaches Android at once, in its channel, one notification a conversation', () => {
    expect(message.android).toEqual({
      priority: 'high',
      ttl: 86_400_000,
      collapseKey: conversationId,
      notification: { channelId: 'new_messages_channel', tag: conversationId },
    });
  });

  it('carries the headers for Apple and for browsers', () => {
    expect(message.apns.headers).toEqual({
      'apns-priority': '10',
      'apns-push-type': 'alert',
      'apns-collapse-id': conversationId,
      'apns-expiration': '1767312000',
    });
    expect(message.apns.payload.aps).toEqual({ threadId: conversationId, sound: 'default' });
    expect(message.webpush.headers).toEqual({ TTL: '86400', Urgency: 'high', Topic: conversationId });
  });

  it('lives no longer than the message is worth it, in whole seconds', () => {
    const ttl = (now: string) => messageOf(push, to, new Date(now)).android.ttl;
    expect(ttl('2026-01-01T00:00:00.005Z')).toBe(86_400_000);
    expect(ttl('2026-01-01T23:59:00Z')).toBe(60_000);
    expect(ttl('2026-01-02T00:00:01Z')).toBe(0);
  });

  it.each(['\u0001', '"', '👨‍👩‍👧‍👦', 'e\u0301\u0302\u0303\u0304', '好'])(
    'stays below 4,096 bytes with the longest names and ids of %j',
    (letter) => {
      const long = letter.repeat(5000);
      const title = titleOf({
        conversation: { id: conversationId, kind: 'group', name: long },
        sender: { id: 'ana', name: long },
      });
      const most = {
        ...push,
        title,
        body: bodyOf({ text: `a${long}`, attachments: [] }),
        senderId: long.slice(0, 128),
      };
      const { token: _, ...payload } = messageOf(most, to, createdAt);
      expect(Buffer.byteLength(JSON.stringify(payload))).toBeLessThan(4096);
    },
  );
});
