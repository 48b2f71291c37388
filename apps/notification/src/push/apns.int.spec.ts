import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeApns, type FakeApnsPush } from '@app/testing/fake-apns.js';
import { apnsSettings } from '@app/testing/fake-apns.keys.js';
import { messageCreated, notificationWorld, type World } from '../world.suite.js';

const TOKEN = 'ab'.repeat(32);
const IPHONE = { platform: 'ios', provider: 'apns', token: TOKEN };

let world: World;
let apns: FakeApns;
let folder: string;
let settings: Awaited<ReturnType<typeof apnsSettings>>;

beforeAll(async () => {
  [world, apns, folder] = await Promise.all([
    notificationWorld(),
    FakeApns.start(),
    mkdtemp(join(tmpdir(), 'parley-apns-')),
  ]);
  settings = await apnsSettings(folder, apns.port);
});
beforeEach(async () => {
  await Promise.all([world.devices.deleteMany({}), world.attempts.deleteMany({})]);
  apns.answers(TOKEN, { status: 200 });
});
afterEach(() => world.closeAll());
afterAll(async () => {
  await world.end();
  await apns.stop();
  await rm(folder, { recursive: true });
});

const boot = (pace = {}) => world.boot(pace, { ...settings, FCM_EMULATOR_HOST: world.fcm.host });
const publish = () => world.publish(messageCreated());
const pushOf = (messageId: string): Promise<FakeApnsPush> =>
  apns.next(({ payload }) => payload.messageId === messageId);

describe('a person with an iPhone at Apple and a tablet at FCM', () => {
  it('is pushed the same words by both', async () => {
    await boot();
    await world.registers('ben', 'iphone', IPHONE);
    await world.registers('ben', 'phone');
    const id = await publish();
    const [direct, fcm] = await Promise.all([pushOf(id), world.pushOf(id)]);
    const { aps, ...data } = direct.payload;
    expect(aps).toMatchObject({ alert: fcm.message.notification });
    expect(data).toEqual(fcm.message.data);
  });
});

describe('what Apple answers', () => {
  beforeEach(async () => {
    await boot();
    await world.registers('ben', 'iphone', IPHONE);
  });

  it('is kept: the id of the push', async () => {
    const accepted = await world.attempt(await publish(), 'accepted');
    expect(accepted.providerMessageId).toMatch(/^[0-9A-F-]{36}$/);
  });

  it.each([
    { status: 410, reason: 'Unregistered', timestamp: Date.now() + 60 * 60_000 },
    { status: 410, reason: 'ExpiredToken' },
    { status: 400, reason: 'BadDeviceToken' },
  ])('removes a token that is dead: $status $reason', async (answer) => {
    apns.answers(TOKEN, answer);
    await world.attempt(await publish(), 'refused');
    expect(await world.devices.countDocuments()).toBe(0);
  });

  it('spares a device that registered after the time at which its token died', async () => {
    apns.answers(TOKEN, { status: 410, reason: 'Unregistered', timestamp: Date.now() - 60 * 60_000 });
    await world.attempt(await publish(), 'refused', '410 Unregistered');
    expect(await world.devices.countDocuments()).toBe(1);
  });

  it('never removes a token for a message that Apple does not like', async () => {
    apns.answers(TOKEN, { status: 413, reason: 'PayloadTooLarge' });
    await world.attempt(await publish(), 'refused', '413 PayloadTooLarge');
    expect(await world.devices.countDocuments()).toBe(1);
  });

  it('is asked again after a pause, with the same collapse id', async () => {
    apns.answers(TOKEN, { status: 503, reason: 'ServiceUnavailable' }, { status: 0 }, { status: 200 });
    const id = await publish();
    const pushes = [await pushOf(id), await pushOf(id), await pushOf(id)];
    expect(new Set(pushes.map(({ headers }) => headers['apns-collapse-id'])).size).toBe(1);
    expect(await world.attempt(id, 'accepted')).toMatchObject({ attempts: 3 });
  });

  it('makes a push wait for a minute when the device has too many', async () => {
    apns.answers(TOKEN, { status: 429, reason: 'TooManyRequests' });
    const before = Date.now();
    const { nextAttemptAt } = await world.attempt(await publish(), 'pending', '429 TooManyRequests');
    expect(nextAttemptAt.getTime() - before).toBeGreaterThanOrEqual(60_000);
  });
});

describe('a key that Apple refuses', () => {
  it('keeps tokens and pushes, and does not hold up FCM', async () => {
    await boot({ pauseMs: 500 });
    await world.registers('ben', 'iphone', IPHONE);
    await world.registers('ben', 'phone');
    apns.answers(TOKEN, { status: 403, reason: 'InvalidProviderToken' }, { status: 200 });
    const id = await publish();
    const first = await pushOf(id);
    await world.pushOf(id);
    expect((await pushOf(id)).at - first.at).toBeGreaterThanOrEqual(500);
    expect(await world.devices.countDocuments()).toBe(2);
    expect(world.logs.some((line) => line.includes('403 InvalidProviderToken'))).toBe(true);
  });
});

describe('a service', () => {
  it('says at its start where pushes go, and at its end leaves no session open', async () => {
    await boot();
    expect(world.logs.some((line) => line.includes(`"fcm":"${world.fcm.host}","apns":"localhost"`))).toBe(true);
    await world.registers('ben', 'iphone', IPHONE);
    await world.attempt(await publish(), 'accepted');
    expect(apns.openSessions).toBe(1);
    await world.closeAll();
    await apns.sessionsClosed();
    expect(apns.openSessions).toBe(0);
  });

  it('without a key logs what it would push, and says so', async () => {
    await world.boot({}, {});
    await world.registers('ben', 'iphone', IPHONE);
    const id = await publish();
    await world.attempt(id, 'accepted');
    const line = world.logs.find((said) => said.includes(id) && said.includes('only logged'));
    expect(line).toContain('no credentials for apns');
    expect(apns.pushes.some(({ payload }) => payload.messageId === id)).toBe(false);
  });

  it('writes no token to its log', () => {
    expect(world.logs.join('\n')).not.toContain(TOKEN);
  });
});
