import { Types } from 'mongoose';
import { keys } from '@app/common/redis/keys.js';
import { messageCreated, notificationWorld, type Said, type World } from '../world.suite.js';
import { PushService } from './push.service.js';

let world: World;

beforeAll(async () => {
  world = await notificationWorld();
  await world.boot();
});
beforeEach(async () => {
  await Promise.all([world.devices.deleteMany({}), world.attempts.deleteMany({})]);
  await world.registers('ben', 'phone');
});
afterAll(() => world.end());

const count = (installation: string) => world.fcm.of(`${installation}-token`).length;

/** Publishes a message and waits until it was handled: ben's phone, which is always offline, got it. */
async function told(said: Said = {}) {
  const event = messageCreated(said);
  await world.publish(event);
  return { event, push: await world.pushOf(event.id) };
}

describe('a new message', () => {
  it('is pushed to a person without a live socket', async () => {
    const { event, push } = await told({ text: 'Lunch?', seq: 12 });
    expect(push.message.notification).toEqual({ title: 'New message from Ana', body: 'Lunch?' });
    expect(push.message.data).toEqual({
      type: 'newMessage',
      conversationId: event.data.message.conversationId,
      messageId: event.id,
      senderId: 'ana',
      seq: '12',
    });
    expect(push.message.android).toMatchObject({
      priority: 'high',
      ttl: '86400s',
      collapse_key: event.data.message.conversationId,
      notification: { channel_id: 'new_messages_channel', tag: event.data.message.conversationId },
    });
    expect(push.message.apns).toMatchObject({
      headers: { 'apns-priority': '10', 'apns-push-type': 'alert' },
      payload: { aps: { 'thread-id': event.data.message.conversationId, sound: 'default' } },
    });
    expect(push.headers.authorization).toMatch(/^Bearer /);
  });

  it('names the group', async () => {
    const { push } = await told({ group: 'Team', to: ['ben', 'cem'] });
    expect(push.message.notification?.title).toBe('Ana in Team');
  });

  it('is pushed to all devices of a person, and never to the sender', async () => {
    await Promise.all([world.registers('ben', 'tablet'), world.registers('ana', 'anas')]);
    const { event } = await told();
    await world.pushOf(event.id, 'tablet');
    expect(await world.reached(event.id)).toEqual(['phone', 'tablet']);
  });

  it('is not pushed to someone with a live socket', async () => {
    await world.registers('cem', 'cems');
    await world.client.set(keys.nodeLease('node-1'), 'native', 'PX', 9000);
    await world.presence.connected('cem', 'node-1', 's1');
    const { event: first } = await told({ to: ['ben', 'cem'] });
    expect(await world.reached(first.id)).toEqual(['phone']);
    await world.client.del(keys.nodeLease('node-1'));
    const { event } = await told({ to: ['ben', 'cem'] });
    await world.pushOf(event.id, 'cems');
  });

  it('is pushed once though its event comes twice, also much later', async () => {
    const { event } = await told();
    await world.attempt(event.id, 'accepted');
    const before = count('phone');
    await Promise.all([world.publish(event), world.publish(event)]);
    await told();
    expect(count('phone')).toBe(before + 1);
    expect(await world.attempts.countDocuments({ messageId: event.id })).toBe(1);
  });

  it('is not pushed when it is older than a day', async () => {
    const old = messageCreated({ createdAt: new Date(Date.now() - 24 * 60 * 60 * 1000) });
    await world.publish(old);
    await told();
    expect(await world.attempts.countDocuments({ messageId: old.id })).toBe(0);
  });

  it('leaves no text behind when its push is done', async () => {
    const { event } = await told({ text: 'not to be kept' });
    const done = await world.attempt(event.id, 'accepted');
    expect(done).toMatchObject({ attempts: 1, userId: 'ben', installationId: 'phone' });
    expect(done.providerMessageId).toMatch(/^projects\//);
    expect(JSON.stringify(done)).not.toContain('not to be kept');
  });

  it('is pushed to the members of a large group who were there', async () => {
    const conversationId = new Types.ObjectId();
    await Promise.all(['cem', 'dora', 'late'].map((who) => world.registers(who, `${who}s`)));
    const member = (userId: string, joinedSeq = 0) => ({ conversationId, userId, joinedSeq, readSeq: 0 });
    const crowd = Array.from({ length: 1500 }, (_, index) => member(`u${index}`));
    await world.db
      .collection('members')
      .insertMany([...crowd, member('ana'), member('ben'), member('cem'), member('dora', 6), member('late', 8)]);
    const { event } = await told({
      conversationId: conversationId.toHexString(),
      seq: 7,
      to: [],
      participantCount: 1505,
      group: 'All',
    });
    await Promise.all([world.pushOf(event.id, 'cems'), world.pushOf(event.id, 'doras')]);
    expect(await world.reached(event.id)).toEqual(['cems', 'doras', 'phone']);
  });

  it('that tells who came is pushed to them and nobody else, in groups small and large', async () => {
    await world.registers('cem', 'cems');
    const conversationId = new Types.ObjectId();
    const member = (userId: string) => ({ conversationId, userId, joinedSeq: 0, readSeq: 0 });
    await world.db.collection('members').insertMany(['ana', 'ben', 'cem'].map(member));
    const where = { conversationId: conversationId.toHexString(), group: 'Team', seq: 7, to: ['ben', 'cem'] };
    for (const participantCount of [3, 99]) {
      const { event } = await told({
        ...where,
        participantCount,
        system: { event: 'participants.added', userIds: ['ben'] },
      });
      expect(await world.reached(event.id)).toEqual(['phone']);
    }
    const left = messageCreated({ ...where, system: { event: 'participants.removed', userIds: ['cem'] } });
    await world.publish(left);
    await told();
    expect(await world.reached(left.id)).toEqual([]);
  });

  it('is pushed to everyone when presence does not answer', async () => {
    await world.client.set(keys.nodeLease('node-1'), 'native', 'PX', 9000);
    await world.presence.connected('ben', 'node-1', 's1');
    const [app] = world.apps;
    if (!app) throw new Error('no service');
    world.freezeRedis();
    const event = messageCreated();
    await app.get(PushService).accept([event]);
    world.thawRedis();
    await world.pushOf(event.id);
    await world.presence.disconnected('ben', 'node-1', 's1');
  });

  it('is a dead letter after five deliveries when it makes no sense, and the next ones go on', async () => {
    const event = messageCreated();
    await world.publish({ ...event, data: {} as never });
    await told();
    const reader = world.client.duplicate();
    const letters = await reader.xread(
      'BLOCK',
      5000,
      'STREAMS',
      keys.deadLetters('message.created', 'notification'),
      '0',
    );
    reader.disconnect();
    expect(JSON.stringify(letters)).toContain(event.id);
    await told();
  });
});
