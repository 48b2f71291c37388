import { createHash, randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { io, type Socket } from 'socket.io-client';
import { PresenceDirectory } from '@app/common/presence/presence.directory.js';
import type { Conversation, Message } from '@app/contracts/shapes.js';
import { FakeApns } from '@app/testing/fake-apns.js';
import { FakeFcm } from '@app/testing/fake-fcm.js';
import { tokenOf } from '@app/testing/tokens.js';
import { suite } from './suite.js';

const { gateway, jwtSecret, fcmPort, apnsPort, redis: address } = suite();

let fcm: FakeFcm;
let apns: FakeApns;
let redis: Redis;

beforeAll(async () => {
  [fcm, apns] = await Promise.all([FakeFcm.start(fcmPort), FakeApns.start(apnsPort)]);
  redis = new Redis(address);
});
afterAll(async () => {
  redis.disconnect();
  await Promise.all([fcm.stop(), apns.stop()]);
});

/** A person of the host app with a phone. */
function person(name: string) {
  const id = `${name.toLowerCase()}-${randomUUID()}`;
  const phone = { installationId: randomUUID(), platform: 'android', provider: 'fcm', token: `token-of-${id}` };
  const bearer = tokenOf(id, { name }, jwtSecret);
  const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' };
  const ask = async <T>(method: string, path: string, given?: object) => {
    const body = given && JSON.stringify(given);
    const answer = await fetch(`${gateway}/api/v1${path}`, { method, headers, ...(body && { body }) });
    return { status: answer.status, data: ((await answer.json()) as { data: T }).data };
  };
  return {
    id,
    phone,
    bearer,
    ask,
    register: () => ask('POST', '/devices', phone),
    devices: async () => (await ask<{ installationId: string }[]>('GET', '/devices')).data,
    push: () => fcm.next(({ token }) => token === phone.token),
  };
}

type Person = ReturnType<typeof person>;

async function open(who: Person, others: Person[], name?: string): Promise<(text: string) => Promise<Message>> {
  const asked = { participantIds: others.map(({ id }) => id), ...(name && { name, isGroup: true }) };
  const { data } = await who.ask<Conversation>('POST', '/chat/conversations', asked);
  return async (text) => (await who.ask<Message>('POST', `/chat/conversations/${data._id}/messages`, { text })).data;
}

const hears = (socket: Socket, event: string) => new Promise((resolve) => socket.once(event, resolve));

describe('a message to someone whose app is closed', () => {
  it('arrives as a push at the phone they registered', async () => {
    const [ana, ben] = [person('Ana'), person('Ben')];
    expect((await ben.register()).status).toBe(200);
    const say = await open(ana, [ben]);
    const message = await say('Lunch at noon?');
    const push = await ben.push();
    expect(push.message.notification).toEqual({ title: 'New message from Ana', body: 'Lunch at noon?' });
    expect(push.message.data).toEqual({
      type: 'newMessage',
      conversationId: message.conversationId,
      messageId: message._id,
      senderId: ana.id,
      seq: String(message.seq),
    });
  });

  it('arrives at an iPhone through Apple, and ends when Apple no longer knows it', async () => {
    const [ana, ben] = [person('Ana'), person('Ben')];
    const token = createHash('sha256').update(ben.id).digest('hex');
    const iphone = { installationId: randomUUID(), platform: 'ios', provider: 'apns', token };
    expect((await ben.ask('POST', '/devices', iphone)).status).toBe(200);
    apns.answers(token, { status: 200 }, { status: 410, reason: 'Unregistered', timestamp: Date.now() + 60_000 });
    const say = await open(ana, [ben]);
    const message = await say('Lunch at noon?');
    const { payload, headers } = await apns.next((push) => push.token === token);
    expect(payload).toMatchObject({ messageId: message._id, type: 'newMessage', senderId: ana.id });
    expect(payload.aps).toMatchObject({ alert: { title: 'New message from Ana', body: 'Lunch at noon?' } });
    expect(headers).toMatchObject({ 'apns-push-type': 'alert', 'apns-collapse-id': message.conversationId });
    await say('Anyone there?');
    await apns.next((push) => push.token === token);
    while ((await ben.devices()).length > 0);
    expect(apns.of(token)).toHaveLength(2);
  });

  it('comes again after the pause that FCM asks for, and names the group', async () => {
    const [ana, ben, cem] = [person('Ana'), person('Ben'), person('Cem')];
    await Promise.all([ben.register(), cem.register()]);
    fcm.answers(ben.phone.token, { status: 429, error: 'QUOTA_EXCEEDED', retryAfter: 1 }, { status: 200 });
    const say = await open(ana, [ben, cem], 'Team');
    await say('Hello all');
    const [first, second] = [await ben.push(), await ben.push()];
    expect(second.at - first.at).toBeGreaterThanOrEqual(1000);
    expect((await cem.push()).message.notification?.title).toBe('Ana in Team');
  });

  it('does not come when a socket is connected, but after it has gone', async () => {
    const [ana, ben, cem] = [person('Ana'), person('Ben'), person('Cem')];
    await Promise.all([ben.register(), cem.register()]);
    const say = await open(ana, [ben, cem], 'Team');
    const socket = io(`${gateway}/chat`, { auth: { token: ben.bearer }, transports: ['websocket'], forceNew: true });
    await hears(socket, 'connect');
    const presence = new PresenceDirectory(redis);
    while (!(await presence.online([ben.id])).has(ben.id));
    const heard = hears(socket, 'message_new');
    await say('You are here');
    // Who gets a push is decided for all at once, a moment after the message.
    await Promise.all([heard, cem.push()]);
    socket.disconnect();
    while ((await presence.online([ben.id])).has(ben.id));
    await say('You are gone');
    expect((await ben.push()).message.notification?.body).toBe('You are gone');
    expect(fcm.of(ben.phone.token)).toHaveLength(1);
  });

  it('is the last one for a phone that FCM no longer knows', async () => {
    const [ana, ben] = [person('Ana'), person('Ben')];
    await ben.register();
    fcm.answers(ben.phone.token, { status: 404, error: 'UNREGISTERED' });
    const say = await open(ana, [ben]);
    await say('Anyone there?');
    await ben.push();
    while ((await ben.devices()).length > 0);
    expect(await ben.devices()).toEqual([]);
  });

  it('does not come after logout', async () => {
    const [ana, ben, cem] = [person('Ana'), person('Ben'), person('Cem')];
    await Promise.all([ben.register(), cem.register()]);
    expect((await ben.ask('DELETE', `/devices/${ben.phone.installationId}`)).status).toBe(200);
    const say = await open(ana, [ben, cem], 'Team');
    await say('One');
    await cem.push();
    await say('Two');
    await cem.push();
    expect(fcm.of(ben.phone.token)).toEqual([]);
  });
});
