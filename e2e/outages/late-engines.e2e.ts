import { readFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Redis } from 'ioredis';
import { io } from 'socket.io-client';
import { TestSocket } from '@app/testing/test-socket.js';
import { TEST_SECRET, tokenOf } from '@app/testing/tokens.js';
import { findEngines } from '../../tools/engines/find.ts';
import { startMongo } from '../../tools/engines/mongo.ts';
import { freePorts } from '../../tools/engines/port.ts';
import { launch, type Running } from '../../tools/engines/process.ts';
import { startRedis } from '../../tools/engines/redis.ts';
import { addressOf } from '../../tools/up/suite/apps.ts';
import { entryOf } from '../../tools/up/build/build.ts';
import { pause, ready } from '../setup/under-load.ts';

// Many processes start here, slowly on a busy machine; a second try would find what the first one has started.
jest.setTimeout(180_000);
jest.retryTimes(0);

const APPS = ['chat', 'media', 'notification', 'api-gateway'] as const;
type App = (typeof APPS)[number];

let folder: string;
let engines: { mongo: string; redis: string };
let ports: Record<App | 'mongo' | 'redis' | 'wrong', number>;
const running: Running[] = [];

beforeAll(async () => {
  // The engines of this run may be given; these two are always of our own.
  const found = await findEngines({ ...process.env, MONGODB_URI: '', REDIS_URL: '', REDIS_HOST: '' }, console.log);
  if (!('binary' in found.mongo && 'binary' in found.redis)) throw new Error('there are no engines to start');
  engines = { mongo: found.mongo.binary, redis: found.redis.binary };
  folder = await mkdtemp(join(tmpdir(), 'parley-late-'));
  const [chat = 0, media = 0, notification = 0, gateway = 0, mongo = 0, redis = 0, wrong = 0] = await freePorts(7);
  ports = { chat, media, notification, 'api-gateway': gateway, mongo, redis, wrong };
});
afterAll(async () => {
  for (const one of running.reverse()) await one.stop();
  await rm(folder, { recursive: true, force: true });
});

const urlOf = (app: App) => addressOf(ports[app]);
const logOf = (app: App) => join(folder, `${app}.log`);

async function start(app: App, more: Record<string, string> = {}): Promise<Running> {
  const env = {
    NODE_ENV: 'test',
    PORT: String(ports[app]),
    MONGODB_URI: `mongodb://127.0.0.1:${ports.mongo}/late?replicaSet=rs0`,
    REDIS_HOST: '127.0.0.1',
    REDIS_PORT: String(ports.redis),
    JWT_SECRET: TEST_SECRET,
    MEDIA_DIR: join(folder, 'media'),
    CHAT_URLS: urlOf('chat'),
    ...more,
  };
  const args = [entryOf(resolve(import.meta.dirname, '../..'), app)];
  return launch({ command: process.execPath, args, env, cwd: folder, logFile: logOf(app), leash: true });
}

async function lines(app: App): Promise<Record<string, unknown>[]> {
  const text = await readFile(logOf(app), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

async function untilListening(app: App): Promise<void> {
  while (!(await fetch(`${urlOf(app)}/health/live`).catch(() => undefined))) await pause(50);
}

const asked = async (url: string) => {
  const answer = await fetch(url, { headers: { authorization: `Bearer ${tokenOf('ana')}` } });
  return {
    status: answer.status,
    retryAfter: answer.headers.get('retry-after'),
    body: (await answer.json()) as object,
  };
};

it('every app waits for MongoDB, does without Redis, and is whole when both have come', async () => {
  running.push(...(await Promise.all(APPS.map((app) => start(app)))));
  await Promise.all(APPS.map(untilListening));
  for (const app of APPS) {
    expect(await asked(`${urlOf(app)}/health/live`)).toMatchObject({ status: 200 });
    const missing = { error: { mongodb: { status: 'down' } } };
    expect(await asked(`${urlOf(app)}/health/ready`)).toMatchObject({ status: 503, retryAfter: '2', body: missing });
    const refused = { success: false, code: 'UNAVAILABLE', retryAfterMs: 2000 };
    expect(await asked(`${urlOf(app)}/any/route`)).toMatchObject({ status: 503, retryAfter: '2', body: refused });
    const [said, ...more] = await lines(app);
    expect(said).toMatchObject({ msg: 'waiting for MongoDB', reason: expect.stringContaining('ECONNREFUSED') });
    expect(more).toEqual([]);
  }
  // A client that came too early, and stays.
  const early = io(`${urlOf('chat')}/chat`, { auth: { token: tokenOf('ana') }, transports: ['websocket'] });
  const connected = new Promise<void>((done) => early.once('connect', done));

  const place = { dataDir: join(folder, 'mongodb'), logFile: join(folder, 'mongod.log'), leash: true };
  running.unshift(await startMongo({ binary: engines.mongo, port: ports.mongo, ...place }));
  await Promise.all(APPS.map((app) => ready(urlOf(app))));
  for (const app of APPS) {
    const details = { details: { mongodb: { status: 'up' }, redis: { state: 'degraded' } } };
    expect(await asked(`${urlOf(app)}/health/ready`)).toMatchObject({ status: 200, body: details });
  }
  await connected;
  const ben = await TestSocket.connect(`${urlOf('chat')}/chat`, tokenOf('ben'));
  const { _id: conversationId } = await opened('ben', 'ana');
  const heard = new Promise<{ message: { text: string } }>((done) => early.once('message_new', done));
  expect(await ben.asks('message_send', { conversationId, text: 'without Redis' })).toMatchObject({ seq: 1 });
  expect(await heard).toMatchObject({ message: { text: 'without Redis' } });

  running.unshift(
    await startRedis({ binary: engines.redis, port: ports.redis, logFile: join(folder, 'redis.log'), leash: true }),
  );
  const redis = new Redis(ports.redis);
  const groups = () => redis.xinfo('GROUPS', 'events:message.created:stream').catch(() => []) as Promise<unknown[]>;
  while ((await groups()).length === 0) await pause(100);
  const channels = () => redis.call('PUBSUB', 'SHARDCHANNELS', 'socket.io#/chat#*') as Promise<string[]>;
  while ((await channels()).length === 0) await pause(100);
  for (const app of APPS) {
    expect(await asked(`${urlOf(app)}/health/ready`)).toMatchObject({
      status: 200,
      body: { details: { redis: { state: 'ok' } } },
    });
  }
  redis.disconnect();
  early.disconnect();
  ben.close();
});

async function opened(who: string, other: string): Promise<{ _id: string }> {
  const answer = await fetch(`${urlOf('chat')}/conversations`, {
    method: 'POST',
    headers: { authorization: `Bearer ${tokenOf(who)}`, 'content-type': 'application/json' },
    body: JSON.stringify({ participantIds: [other] }),
  });
  return ((await answer.json()) as { data: { _id: string } }).data;
}

it.each([
  ['an address that is none', { MONGODB_URI: 'localhost:27017' }, 'MONGODB_URI: Invalid scheme'],
  ['a Redis address that is none', { REDIS_URL: 'localhost:6379' }, 'REDIS_URL: must begin with redis://'],
])('%s is said, and ends the start', async (_what, wrong, says) => {
  const app = await start('media', { ...wrong, PORT: String(ports.wrong) });
  expect(await app.exited).toBe('code 1');
  const last = (await readFile(logOf('media'), 'utf8')).split('\n').slice(-3).join('\n');
  expect(last).toContain(`Settings are wrong:\n  ${says}`);
});
