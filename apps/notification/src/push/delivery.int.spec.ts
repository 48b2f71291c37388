import { setTimeout as pause } from 'node:timers/promises';
import { messageCreated, notificationWorld, type Said, type World } from '../world.suite.js';
import { DeliveryService } from './delivery.service.js';

const TOKEN = 'phone-token';

let world: World;

beforeAll(async () => {
  world = await notificationWorld();
});
beforeEach(async () => {
  await Promise.all([world.devices.deleteMany({}), world.attempts.deleteMany({})]);
  world.fcm.answers(TOKEN, { status: 200 });
});
afterEach(() => world.closeAll());
afterAll(() => world.end());

const publish = (said: Said = {}) => world.publish(messageCreated(said));

/** A promise, and what fulfils it. */
function gate(): { opened: Promise<void>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

describe('what FCM answers', () => {
  beforeEach(async () => {
    await world.boot();
    await world.registers('ben', 'phone');
  });

  it.each([
    { status: 404, error: 'UNREGISTERED' },
    { status: 400, error: 'INVALID_ARGUMENT', field: 'message.token' },
  ])('removes a token that is dead: $status $error', async (answer) => {
    world.fcm.answers(TOKEN, answer);
    await world.attempt(await publish(), 'refused');
    expect(await world.devices.countDocuments()).toBe(0);
  });

  it('spares a device that registered again meanwhile, with the same token or a new one', async () => {
    for (const token of [TOKEN, `${TOKEN}-2`]) {
      const { opened, open } = gate();
      world.fcm.answers(TOKEN, { status: 404, error: 'UNREGISTERED', after: opened });
      const id = await publish();
      await world.pushOf(id);
      await world.registers('ben', 'phone', { token });
      open();
      await world.attempt(id, 'refused');
      expect(await world.devices.findOne({ _id: 'phone' })).toMatchObject({ token });
    }
  });

  it('never removes a token for a message that FCM does not like', async () => {
    world.fcm.answers(TOKEN, { status: 400, error: 'INVALID_ARGUMENT', field: 'message.data' });
    const refused = await world.attempt(await publish(), 'refused');
    expect(refused.reason).toBe('400 INVALID_ARGUMENT');
    expect(await world.devices.countDocuments()).toBe(1);
  });

  it.each([429, 500, 503])('repeats after %i no sooner than it says', async (status) => {
    world.fcm.answers(TOKEN, { status, retryAfter: 1 }, { status: 200 });
    const id = await publish();
    const [first, second] = [await world.pushOf(id), await world.pushOf(id)];
    expect(second.at - first.at).toBeGreaterThanOrEqual(1000);
    expect(second.at - first.at).toBeLessThan(2000);
    expect(second.message.android?.collapse_key).toBe(first.message.android?.collapse_key);
    expect(await world.attempt(id, 'accepted')).toMatchObject({ attempts: 2 });
  });

  it.each([{ status: 503 }, { status: 502, html: true }, { status: 0 }])(
    'repeats by its own clock, once a try, after $status',
    async (answer) => {
      world.fcm.answers(TOKEN, answer, answer, { status: 200 });
      const before = world.fcm.of(TOKEN).length;
      expect(await world.attempt(await publish(), 'accepted')).toMatchObject({ attempts: 3 });
      expect(world.fcm.of(TOKEN).length - before).toBe(3);
    },
  );

  it('gives up when the message is a day old', async () => {
    world.fcm.answers(TOKEN, { status: 503, retryAfter: 5 });
    const almostOld = new Date(Date.now() - 24 * 60 * 60 * 1000 + 3000);
    expect(await world.attempt(await publish({ createdAt: almostOld }), 'expired')).toMatchObject({
      reason: expect.stringMatching(/^503/) as string,
    });
    expect(world.logs.some((line) => line.includes('push given up'))).toBe(true);
  });

  it('does not go to someone who took the device over while the push waited', async () => {
    world.fcm.answers(TOKEN, { status: 503, retryAfter: 1 });
    const id = await publish();
    await world.pushOf(id);
    await world.registers('cem', 'phone');
    expect(await world.attempt(id, 'refused')).toMatchObject({ userId: 'ben', reason: 'the device is gone' });
  });
});

describe('a misconfigured provider', () => {
  it('is left alone for a while, keeps its tokens, and then gets what waited', async () => {
    await world.boot({ pauseMs: 1000 });
    await world.registers('ben', 'phone');
    world.fcm.answers(TOKEN, { status: 403 }, { status: 200 });
    const first = await publish();
    const { at } = await world.pushOf(first);
    await world.attempts.findOne({ messageId: first, lease: { $exists: false } });
    const second = await publish();
    const again = await Promise.all([world.pushOf(first), world.pushOf(second)]);
    expect(Math.min(...again.map((push) => push.at)) - at).toBeGreaterThanOrEqual(1000);
    await Promise.all([world.attempt(first, 'accepted'), world.attempt(second, 'accepted')]);
    expect(await world.attempts.findOne({ messageId: second })).toMatchObject({ attempts: 1 });
    expect(world.logs.filter((line) => line.includes('refuses our credentials'))).toHaveLength(1);
    expect(await world.devices.countDocuments()).toBe(1);
  });

  it('for one platform does not hold up the others', async () => {
    await world.boot({ pauseMs: 60_000 });
    await world.registers('ben', 'phone');
    await world.registers('cem', 'ipad', { platform: 'ios' });
    world.fcm.answers('ipad-token', { status: 401, error: 'THIRD_PARTY_AUTH_ERROR' });
    await world.attempt(await publish({ to: ['cem'] }), 'pending', '401 THIRD_PARTY_AUTH_ERROR');
    await world.attempt(await publish(), 'accepted');
  });

  it('does not cost everyone their tokens when the project is a wrong one', async () => {
    await world.boot();
    const names = ['phone', 'tablet', 'laptop', 'watch'];
    for (const name of names) {
      await world.registers('ben', name);
      world.fcm.answers(`${name}-token`, { status: 403, error: 'SENDER_ID_MISMATCH' });
    }
    const id = await publish();
    await Promise.all(names.map((name) => world.pushOf(id, name)));
    await world.closeAll();
    expect(await world.attempts.countDocuments({ state: 'refused' })).toBe(4);
    expect(await world.devices.countDocuments()).toBe(3);
  });
});

describe('a service that dies', () => {
  it('between keeping a push and sending it, leaves the push to the next one', async () => {
    const first = await world.boot();
    await world.registers('ben', 'phone');
    await first.get(DeliveryService).onModuleDestroy();
    const id = await publish();
    await world.attempt(id, 'pending');
    await world.closeAll();
    expect(world.fcm.of(TOKEN).filter(({ message }) => message.data?.messageId === id)).toHaveLength(0);
    await world.boot();
    await world.pushOf(id);
  });

  it('while it sends, is relieved when its lease ends; what it hears later is not written', async () => {
    const { opened, open } = gate();
    await world.boot({ leaseMs: 400, sweepMs: 100 });
    await world.registers('ben', 'phone');
    world.fcm.answers(TOKEN, { status: 400, error: 'INVALID_ARGUMENT', after: opened }, { status: 200 });
    await world.boot({ leaseMs: 400, sweepMs: 100 });
    const id = await publish();
    const [first, second] = [await world.pushOf(id), await world.pushOf(id)];
    expect(second.at - first.at).toBeGreaterThanOrEqual(350);
    const accepted = await world.attempt(id, 'accepted');
    open();
    await world.closeAll();
    expect(await world.attempts.findOne({ messageId: id })).toEqual(accepted);
  });

  it.each([8, 1])(
    'waits for pushes under way when it is told to stop, and no longer (room for %i)',
    async (concurrency) => {
      const { opened, open } = gate();
      await world.boot({ concurrency });
      await world.registers('ben', 'phone');
      world.fcm.answers(TOKEN, { status: 200, after: opened });
      const id = await publish();
      await world.pushOf(id);
      const closed = world.closeAll();
      // It must not be through while the push is under way.
      await Promise.race([closed, pause(500)]);
      open();
      await closed;
      expect(await world.attempts.findOne({ messageId: id })).toMatchObject({ state: 'accepted' });
    },
  );
});

describe('many pushes', () => {
  it('are sent once each by two replicas, on few connections', async () => {
    await Promise.all([world.boot({ concurrency: 4 }), world.boot({ concurrency: 4 })]);
    await world.registers('ben', 'phone');
    const [before, connections] = [world.fcm.of(TOKEN).length, world.fcm.connections];
    const ids = await Promise.all(Array.from({ length: 200 }, () => publish()));
    await Promise.all(ids.map((id) => world.pushOf(id)));
    await world.closeAll();
    const sent = world.fcm.of(TOKEN).slice(before);
    expect(sent.map(({ message }) => message.data?.messageId).toSorted()).toEqual(ids.toSorted());
    expect(world.fcm.connections - connections).toBeLessThanOrEqual(8);
    expect(await world.attempts.countDocuments({ state: 'accepted', attempts: 1 })).toBe(200);
  });
});

describe('without credentials', () => {
  it('a push is a log line that names people, and neither text nor token', async () => {
    await world.boot({}, {});
    await world.registers('ben', 'phone');
    const id = await publish({ text: 'a secret text' });
    await world.attempt(id, 'accepted');
    const line = world.logs.find((said) => said.includes(id) && said.includes('only logged'));
    expect(line).toContain('"title":"New message from Ana","bodyLength":13');
    expect(line).toContain('"installationId":"phone"');
  });
});

describe('the log', () => {
  it('holds ids, and neither texts nor tokens', () => {
    const all = world.logs.join('\n');
    expect(all).toContain('"userId":"ben"');
    expect(all).not.toContain('a secret text');
    expect(all).not.toContain(TOKEN);
  });
});
