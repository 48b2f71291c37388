import { notificationWorld, type World } from '../world.suite.js';

interface Shown {
  installationId: string;
  tokenEnd: string;
  tokenUpdatedAt: string;
  lastSeenAt: string;
}

const TOKEN = 'a-token-of-some-length-that-ends-in-xyz123';
const phone = { installationId: 'phone', platform: 'android', provider: 'fcm', token: TOKEN };

let world: World;

beforeAll(async () => {
  world = await notificationWorld();
  await world.boot();
});
beforeEach(() => world.devices.deleteMany({}));
afterAll(() => world.end());

const register = (who: string, device: object) => world.ask(who, '/devices', { json: device });
const list = async (who: string) => (await world.ask(who, '/devices')).body.data as Shown[];
const ids = async (who: string) => (await list(who)).map(({ installationId }) => installationId);

describe('the device registry', () => {
  it('shows a person their devices, the latest first, without their tokens', async () => {
    await register('ben', { ...phone, locale: 'de-at', timezone: 'Europe/Vienna' });
    await register('ben', { ...phone, installationId: 'tablet', token: `other-${TOKEN}` });
    const { status, body } = await world.ask('ben', '/devices');
    expect(status).toBe(200);
    expect(body.data).toEqual([
      expect.objectContaining({ installationId: 'tablet' }),
      {
        installationId: 'phone',
        platform: 'android',
        provider: 'fcm',
        tokenEnd: 'xyz123',
        locale: 'de-AT',
        timezone: 'Europe/Vienna',
        tokenUpdatedAt: expect.any(String) as string,
        lastSeenAt: expect.any(String) as string,
      },
    ]);
    expect(JSON.stringify(body)).not.toContain(TOKEN);
    expect(await list('ana')).toEqual([]);
  });

  it('takes the same registration again; only a new token makes tokenUpdatedAt newer', async () => {
    const times = async (device: object) => {
      await register('ben', device);
      return (await list('ben')).map(({ tokenUpdatedAt, lastSeenAt }) => [tokenUpdatedAt, lastSeenAt].map(Date.parse));
    };
    const [[updated, seen] = []] = await times(phone);
    const [[updatedStill, seenAgain] = []] = await times(phone);
    const [[updatedNow] = []] = await times({ ...phone, token: `new-${TOKEN}` });
    expect(updatedStill).toBe(updated);
    expect(seenAgain).toBeGreaterThan(Number(seen));
    expect(updatedNow).toBeGreaterThan(Number(updated));
    expect(await world.devices.countDocuments()).toBe(1);
  });

  it('moves an installation to whoever signs in on it', async () => {
    await register('ben', phone);
    await register('ana', phone);
    expect([await ids('ben'), await ids('ana')]).toEqual([[], ['phone']]);
  });

  it('moves a token to the installation that has it now', async () => {
    await register('ben', phone);
    await register('ana', { ...phone, installationId: 'reinstalled' });
    expect([await ids('ben'), await ids('ana')]).toEqual([[], ['reinstalled']]);
  });

  it('lets one win when many register the same token at once', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `installation-${index % 6}`);
    const answers = await Promise.all(
      names.map((installationId, index) => register(`user-${index}`, { ...phone, installationId })),
    );
    expect(answers.map(({ status }) => status)).toEqual(names.map(() => 200));
    expect(await world.devices.countDocuments({ token: TOKEN })).toBe(1);
  });

  it('keeps 20 devices of a person, and drops the one seen longest ago', async () => {
    for (let index = 0; index <= 20; index += 1) {
      await register('ben', { ...phone, installationId: `phone-${index}`, token: `${TOKEN}-${index}` });
    }
    const kept = await ids('ben');
    expect(kept).toHaveLength(20);
    expect(kept).not.toContain('phone-0');
  });

  it('takes what looks like an expression literally', async () => {
    const odd = { ...phone, token: '$userId' };
    expect((await register('ben', odd)).status).toBe(200);
    expect(await world.devices.findOne({ _id: 'phone' })).toMatchObject({ token: '$userId' });
  });

  it('keeps the environment of an iPhone at Apple, and a token in one spelling', async () => {
    const iphone = { ...phone, platform: 'ios', provider: 'apns', token: 'AB'.repeat(32), environment: 'sandbox' };
    await register('ben', iphone);
    await register('ana', { ...iphone, installationId: 'reinstalled', token: 'ab'.repeat(32) });
    expect(await ids('ben')).toEqual([]);
    expect(await list('ana')).toEqual([expect.objectContaining({ provider: 'apns', environment: 'sandbox' })]);
    expect(await world.devices.findOne({ _id: 'reinstalled' })).toMatchObject({ token: 'ab'.repeat(32) });
  });

  it('keeps no environment of other providers', async () => {
    await register('ben', { ...phone, environment: 'sandbox' });
    expect((await list('ben'))[0]).not.toHaveProperty('environment');
  });

  it('removes a device of one’s own only', async () => {
    await register('ben', phone);
    const remove = (who: string) => world.ask(who, '/devices/phone', { method: 'DELETE' });
    expect(await remove('ana')).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    expect(await ids('ben')).toEqual(['phone']);
    expect(await remove('ben')).toMatchObject({ status: 200, body: { data: { installationId: 'phone' } } });
    expect(await remove('ben')).toMatchObject({ status: 404 });
  });

  it.each([
    ['installationId', { installationId: 'a/b' }],
    ['platform', { platform: 'symbian' }],
    ['apns', { provider: 'apns' }],
    ['token', { token: '' }],
    ['token', { platform: 'ios', provider: 'apns', token: '../elsewhere' }],
    ['environment', { environment: 'staging' }],
    ['locale', { locale: 'en_US' }],
    ['timezone', { timezone: '+02:00' }],
    ['field that is not known', { userId: 'ana' }],
  ])('refuses a wrong %s', async (field, wrong) => {
    const { status, body } = await register('ben', { ...phone, ...wrong });
    expect([status, body.code]).toEqual([400, 'INVALID_INPUT']);
    expect(body.message).toContain(field);
  });

  it('refuses whoever has no token', async () => {
    expect((await world.ask('ben', '/devices', { headers: {} })).status).toBe(401);
  });
});
