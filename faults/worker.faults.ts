import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { Redis } from 'ioredis';
import mongoose from 'mongoose';
import { FakeFcm, type FakePush } from '@app/testing/fake-fcm.js';
import { tokenOf } from '@app/testing/tokens.js';
import { type StartedSuite, startSuite } from '../e2e/setup/start-suite.ts';
import { Tap } from '../e2e/setup/tap.ts';
import { groupOf, pause, ready, UNLIMITED } from '../e2e/setup/under-load.ts';
import { freePort } from '../tools/engines/port.ts';
import { entryOf } from '../tools/up/build/build.ts';

jest.setTimeout(280_000);
jest.retryTimes(0);

const STREAM = 'events:message.created:stream';
/** Phones that each message goes to: several are under way when the worker dies. */
const PHONES = 20;
const ROOT = resolve(import.meta.dirname, '..');

let suite: StartedSuite;
let fcm: FakeFcm;
let mongo: Tap;
let redis: Tap;
let observer: Redis;
let db: mongoose.Connection;
let worker: ChildProcess | undefined;

beforeAll(async () => {
  suite = await startSuite(UNLIMITED);
  fcm = await FakeFcm.start(suite.is.fcmPort);
  const uri = new URL(suite.is.mongoUri);
  mongo = await Tap.before({ host: uri.hostname, port: Number(uri.port) });
  redis = await Tap.before(suite.is.redis);
  observer = new Redis(suite.is.redis);
  db = await mongoose.createConnection(suite.is.mongoUri).asPromise();
});
afterAll(async () => {
  await killed();
  observer.disconnect();
  await db.close();
  await Promise.all([mongo.close(), redis.close(), fcm.stop()]);
  await suite.end();
});

async function started(): Promise<void> {
  const uri = new URL(suite.is.mongoUri);
  // The driver would else ask the set where it is, and pass the tap by.
  const direct = `mongodb://127.0.0.1:${mongo.port}${uri.pathname}?directConnection=true`;
  const port = await freePort();
  const { jwtSecret, fcmPort } = suite.is;
  worker = spawn(process.execPath, ['--enable-source-maps', entryOf(ROOT, 'notification')], {
    env: {
      ...process.env,
      PORT: String(port),
      MONGODB_URI: direct,
      REDIS_URL: `redis://127.0.0.1:${redis.port}`,
      JWT_SECRET: jwtSecret,
      FCM_EMULATOR_HOST: `127.0.0.1:${fcmPort}`,
      LOG_LEVEL: 'fatal',
    },
    stdio: 'ignore',
  });
  await ready(`http://127.0.0.1:${port}`);
}

async function killed(): Promise<void> {
  if (!worker || worker.exitCode !== null) return;
  worker.kill('SIGKILL');
  await once(worker, 'exit');
  worker = undefined;
}

/** Where a worker dies, and how it is brought there. */
interface Step {
  at: string;
  reached: () => Promise<unknown>;
}

const insertInto = (collection: string) => new RegExp(`insert\\0[\\s\\S]{4}${collection}\\0`);
const updateOf = (collection: string) => new RegExp(`update\\0[\\s\\S]{4}${collection}\\0`);

const STEPS: Step[] = [
  { at: 'before attempts are kept', reached: () => mongo.holds('request', insertInto('push_attempts')) },
  { at: 'after attempts are kept', reached: () => mongo.holds('answer', insertInto('push_attempts')) },
  { at: 'before the ledger', reached: () => mongo.holds('request', insertInto('ledger')) },
  { at: 'after the ledger', reached: () => mongo.holds('answer', insertInto('ledger')) },
  { at: 'before XACK', reached: () => redis.holds('request', /\bxack\b/i) },
  { at: 'before FCM is asked', reached: () => mongo.holds('request', updateOf('push_attempts')) },
  {
    at: 'with the lease, before FCM is asked',
    reached: () => mongo.holds('answer', updateOf('push_attempts')),
  },
  { at: 'before the outcome is kept', reached: () => mongo.holds('request', /providerMessageId/) },
  { at: 'while FCM is asked', reached: () => fcm.next(({ token }) => token.startsWith('stalled-')) },
];

/** A group of people who are not there but have a phone, and one who talks to them. */
async function team(name: string): Promise<{ conversationId: string; tokens: string[] }> {
  const people = Array.from({ length: PHONES }, (_, n) => `${name}-${n}-${randomUUID()}`);
  for (const id of people) {
    if (name === 'stalled') fcm.answers(id, { status: 200, after: new Promise(() => undefined) }, { status: 200 });
    await asks(id, '/devices', { installationId: randomUUID(), platform: 'android', provider: 'fcm', token: id });
  }
  return { conversationId: await groupOf(suite, ['talker', ...people]), tokens: people };
}

async function asks(who: string, path: string, given: object): Promise<{ _id: string }> {
  const answer = await fetch(`${suite.is.gateway}/api/v1${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${tokenOf(who, {}, suite.is.jwtSecret)}`, 'content-type': 'application/json' },
    body: JSON.stringify(given),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return ((await answer.json()) as { data: { _id: string } }).data;
}

/** Resolves when nothing is due that no worker has in hands. */
async function caughtUp(): Promise<void> {
  const due = () => attempts().findOne({ state: 'pending', nextAttemptAt: { $lte: new Date() } });
  while (await due()) await pause(50);
}

const attempts = () => db.collection('push_attempts');
const unacknowledged = async () => Number((await observer.xpending(STREAM, 'notification'))[0]);

/** One phone shows one notification, however often its push was sent: the same tag and collapse id each time. */
const tagsOf = (pushes: FakePush[]) =>
  new Set(
    pushes.map(({ message: { android, apns, data } }) =>
      JSON.stringify([android?.notification, android?.collapse_key, apns?.headers?.['apns-collapse-id'], data]),
    ),
  );

it('kill -9 of the worker at each step of a push loses none, and shows none twice', async () => {
  const teams = new Map<string, { conversationId: string; tokens: string[] }>();
  for (const { at } of STEPS) teams.set(at, await team(at.startsWith('while') ? 'stalled' : at.replaceAll(' ', '-')));
  // The suite's own rests: this one is started and killed here, with something between it and the engines.
  await suite.halt('notification');
  const ids: string[] = [];
  for (const { at, reached } of STEPS) {
    await started();
    await caughtUp();
    const there = reached();
    const { conversationId } = teams.get(at) ?? { conversationId: '' };
    ids.push((await asks('talker', `/chat/conversations/${conversationId}/messages`, { text: at }))._id);
    await there;
    await killed();
    process.stdout.write(`killed ${at}: ${await unacknowledged()} unacknowledged\n`);
  }
  await started();
  const began = Date.now();
  while ((await attempts().countDocuments({ state: 'pending' })) > 0 || (await unacknowledged()) > 0) await pause(200);
  process.stdout.write(`all settled ${Math.round((Date.now() - began) / 1000)} s after the last kill\n`);
  const missed = STEPS.map(({ at }) => {
    const tokens = teams.get(at)?.tokens ?? [];
    const times = tokens.map((token) => fcm.of(token).length);
    process.stdout.write(
      `  ${at}: each of ${tokens.length} phones ${Math.min(...times)} to ${Math.max(...times)} times\n`,
    );
    return { at, missed: times.filter((pushes) => pushes === 0).length };
  });
  expect(missed).toEqual(STEPS.map(({ at }) => ({ at, missed: 0 })));
  for (const { tokens } of teams.values()) for (const token of tokens) expect(tagsOf(fcm.of(token)).size).toBe(1);
  expect(await attempts().countDocuments({ state: 'accepted' })).toBe(STEPS.length * PHONES);
  expect(await db.collection('ledger').countDocuments({ eventIds: { $in: ids } })).toBeGreaterThan(0);
  expect(await observer.xlen('events:message.created:dead:notification')).toBe(0);
});
