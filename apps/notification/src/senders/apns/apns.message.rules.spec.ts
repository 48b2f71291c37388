import { bodyOf, titleOf } from '../../push/push.rules.js';
import type { Push, Target } from '../sender.js';
import { messageOf } from '../fcm/fcm.message.rules.js';
import { notificationOf } from './apns.message.rules.js';

const conversationId = '65a000000000000000000001';
const push: Push = {
  messageId: '65b000000000000000000001',
  conversationId,
  senderId: 'ana',
  seq: 7,
  title: 'New message from Ana',
  body: 'Hello',
  expiresAt: new Date('2026-01-02T00:00:00Z'),
};
const to: Target = { installationId: 'i', userId: 'ben', platform: 'ios', provider: 'fcm', token: 'the-token' };

describe('the APNs notification of a push', () => {
  it('says what FCM would have Apple say', () => {
    const { notification, data, apns } = messageOf(push, to, new Date('2026-01-01T00:00:00Z'));
    const direct = notificationOf(push, 'com.example.app');
    expect(direct.topic).toBe('com.example.app');
    expect(direct.rawPayload).toEqual({
      aps: { alert: notification, 'thread-id': apns.payload.aps.threadId, sound: apns.payload.aps.sound },
      ...data,
    });
    expect({
      'apns-priority': String(direct.priority),
      'apns-push-type': direct.pushType,
      'apns-collapse-id': direct.collapseId,
      'apns-expiration': String(direct.expiry),
    }).toEqual(apns.headers);
  });

  it.each(['\u0001', '"', '👨‍👩‍👧‍👦', '好'])('stays below 4,096 bytes with the longest names and ids of %j', (letter) => {
    const long = letter.repeat(5000);
    const conversation = { id: conversationId, kind: 'group', name: long } as const;
    const title = titleOf({ conversation, sender: { id: 'ana', name: long } });
    const most = { ...push, title, body: bodyOf({ text: `a${long}`, attachments: [] }), senderId: long.slice(0, 128) };
    const { rawPayload } = notificationOf(most, 'com.example.app');
    expect(Buffer.byteLength(JSON.stringify(rawPayload))).toBeLessThan(4096);
  });
});
