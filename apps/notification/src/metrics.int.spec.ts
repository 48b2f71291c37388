import { keys } from '@app/common/redis/keys.js';
import { messageCreated, notificationWorld, type World } from './world.suite.js';

const TOKEN = 'phone-token';
const SENDS = 'parley_push_sends_total';
const FAILURES = 'parley_push_failures_total';

let world: World;

beforeAll(async () => (world = await notificationWorld()));
beforeEach(async () => {
  await Promise.all([world.devices.deleteMany({}), world.attempts.deleteMany({})]);
  world.logs.splice(0);
  world.fcm.answers(TOKEN, { status: 200 });
});
afterEach(async () => {
  world.thawRedis();
  await world.closeAll();
});
afterAll(() => world.end());

const publish = (createdAt = new Date()) => world.publish(messageCreated({ createdAt }));

/** The only log line with these words. */
function line(words: string): Record<string, unknown> {
  const [found, ...more] = world.logs.filter((each) => each.includes(words));
  expect(more).toEqual([]);
  const [about] = JSON.parse(found ?? '[]') as [Record<string, unknown>];
  return about;
}

describe('the metrics of pushes', () => {
  it('count what is taken, how long a provider took for it, and how long ago the message was made', async () => {
    await world.boot();
    await world.registers('ben', 'phone');
    await world.attempt(await publish(new Date(Date.now() - 8000)), 'accepted');
    await world.tells({
      parley_push_added_total: 1,
      [`${SENDS}{provider="fcm",outcome="sent"}`]: 1,
      'parley_push_duration_seconds_count{provider="fcm"}': 1,
      'parley_push_delay_seconds_bucket{provider="fcm",le="30"}': 1,
      'parley_devices_registered_total{provider="fcm"}': 1,
      'parley_stream_handled_total{type="message.created",group="notification"}': 1,
    });
    expect(await world.metrics()).not.toHaveProperty(['parley_push_delay_seconds_bucket{provider="fcm",le="5"}']);
  });

  it('tell a push that was only logged from one that a provider took', async () => {
    await world.boot({}, {});
    await world.registers('ben', 'phone');
    await world.attempt(await publish(), 'accepted');
    await world.tells({ [`${SENDS}{provider="fcm",outcome="logged"}`]: 1 });
    expect(await world.metrics()).not.toHaveProperty(['parley_push_delay_seconds_count{provider="fcm"}']);
  });

  it.each([
    [{ status: 404, error: 'UNREGISTERED' }, 'refused', 'unregistered', 'UNREGISTERED'],
    [{ status: 400, error: 'INVALID_ARGUMENT', field: 'message.data' }, 'refused', 'refused', 'INVALID_ARGUMENT'],
    [{ status: 429, error: 'QUOTA_EXCEEDED' }, 'pending', 'rate_limited', 'QUOTA_EXCEEDED'],
    [{ status: 503, error: 'UNAVAILABLE', retryAfter: 60 }, 'pending', 'retried', 'UNAVAILABLE'],
  ] as const)('count by outcome and reason what is not taken, and a log line says which: %j', async (...given) => {
    const [answer, state, outcome, reason] = given;
    await world.boot();
    await world.registers('ben', 'phone');
    world.fcm.answers(TOKEN, answer);
    const messageId = await publish();
    await world.attempt(messageId, state, `${answer.status} ${reason}`);
    await world.tells({
      [`${SENDS}{provider="fcm",outcome="${outcome}"}`]: 1,
      [`${FAILURES}{provider="fcm",reason="${reason}"}`]: 1,
    });
    const [attempt] = await world.attempts.find({ messageId }).toArray();
    const about = line(state === 'pending' ? 'push not taken' : 'push refused');
    expect(about).toMatchObject({
      attemptId: String(attempt?._id),
      provider: 'fcm',
      reason: `${answer.status} ${reason}`,
    });
    expect(JSON.stringify(world.logs)).not.toMatch(/phone-token|a secret text/);
  });

  it('count devices that go, and why', async () => {
    await world.boot();
    for (let count = 0; count <= 20; count += 1) await world.registers('ben', `phone-${count}`);
    await world.ask('ben', '/devices/phone-20', { method: 'DELETE' });
    await world.registers('cem', 'phone');
    world.fcm.answers(TOKEN, { status: 404, error: 'UNREGISTERED' });
    await world.attempt(await world.publish(messageCreated({ to: ['cem'] })), 'refused');
    await world.tells({
      'parley_devices_registered_total{provider="fcm"}': 22,
      'parley_devices_removed_total{why="surplus"}': 1,
      'parley_devices_removed_total{why="asked"}': 1,
      'parley_devices_removed_total{why="dead"}': 1,
    });
  });

  it('show what waits, since when, and that a provider refuses our credentials', async () => {
    await world.boot({ pauseMs: 60_000 });
    await world.registers('ben', 'phone');
    world.fcm.answers(TOKEN, { status: 401, error: 'UNAUTHENTICATED' });
    await world.attempt(await publish(), 'pending', '401 UNAUTHENTICATED');
    await world.attempts.updateMany({}, { $set: { createdAt: new Date(Date.now() - 90_000) } });
    const now = await world.metrics();
    expect(now).toMatchObject({
      [`${SENDS}{provider="fcm",outcome="misconfigured"}`]: 1,
      'parley_push_breaker_open{provider="fcm",platform="android"}': 1,
      'parley_push_waiting{provider="fcm"}': 1,
    });
    expect(Math.round((now['parley_push_oldest_waiting_seconds{provider="fcm"}'] ?? 0) / 10)).toBe(9);
  });

  it('count the waiting in an index, whatever else there is', async () => {
    await world.boot();
    const explained = await world.attempts
      .aggregate([{ $match: { state: 'pending', provider: 'fcm' } }, { $limit: 10 }, { $count: 'n' }])
      .explain('executionStats');
    expect(JSON.stringify(explained)).toContain('state_1_provider_1_createdAt_1');
    expect(JSON.stringify(explained)).not.toMatch(/"stage":"(FETCH|COLLSCAN)"/);
  });

  it('come without what Redis would say, and soon, while it hangs', async () => {
    await world.boot();
    await world.client.xadd(keys.deadLetters('message.created', 'notification'), '*', 'event', '{}');
    world.freezeRedis();
    const before = performance.now();
    const now = await world.metrics();
    expect(performance.now() - before).toBeLessThan(4000);
    expect(now).not.toHaveProperty(['parley_stream_dead_letters{type="message.created",group="notification"}']);
  });
});
