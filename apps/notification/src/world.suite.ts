import { EventEmitter, on } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { LoggerService } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { Redis } from 'ioredis';
import mongoose, { Types } from 'mongoose';
import { readEnv } from '@app/common/env/env.js';
import { EventPublisher } from '@app/common/events/event.publisher.js';
import { Metrics } from '@app/common/metrics/metrics.js';
import { PresenceDirectory } from '@app/common/presence/presence.directory.js';
import { readJson } from '@app/common/serve/json-body.js';
import { configureRest } from '@app/common/serve/serve.js';
import type { AttemptState, PushAttempt } from '@app/common/schemas/push-attempt.schema.js';
import type { MessageCreated, PublishedEvent } from '@app/contracts/events.js';
import type { Attachment, SystemNote } from '@app/contracts/shapes.js';
import { startTestRedis, testMongo } from '@app/testing/engines.js';
import { FakeFcm } from '@app/testing/fake-fcm.js';
import { type Env, settings } from './env.js';
import { NotificationModule } from './notification.module.js';
import { PACE, type Pace } from './pace.js';

// Real engines on a busy machine.
jest.setTimeout(30_000);

const JWT_SECRET = 'a-secret-of-the-tests-with-32-letters';

/** Patience for tests: what takes a minute in production takes part of a second. */
const QUICK: Pace = {
  concurrency: 8,
  leaseMs: 5000,
  sweepMs: 60_000,
  pauseMs: 300,
  claimAfterMs: 100,
  backoffMs: 50,
  sweepSoonMs: 60 * 60_000,
  sweepLateMs: 60 * 60_000,
  sweepLastMs: 60 * 60_000,
  sweepEveryMs: 60_000,
  sweepLeaseMs: 500,
};

/** What a test says of a message; the rest is made up. */
export interface Said {
  from?: string;
  to?: string[];
  text?: string;
  attachments?: Attachment[];
  group?: string;
  conversationId?: string;
  seq?: number;
  participantCount?: number;
  createdAt?: Date;
  system?: SystemNote;
}

const NOTHING_SAID = { from: 'ana', to: ['ben'], text: 'a secret text', seq: 1, attachments: [] };

/** The event of a new message. */
export function messageCreated(given: Said = {}): PublishedEvent<'message.created'> {
  const said = { ...NOTHING_SAID, conversationId: newId(), createdAt: new Date(), ...given };
  const { from, text, seq, attachments, conversationId } = said;
  const sender = { id: from, name: `${from.charAt(0).toUpperCase()}${from.slice(1)}` };
  const message: MessageCreated['message'] = {
    _id: newId(),
    conversationId,
    seq,
    senderId: from,
    sender,
    text,
    attachments,
    meta: { edited: false, editedAt: null },
    readBy: [],
    createdAt: said.createdAt.toISOString(),
    ...(said.system && { system: said.system }),
  };
  const participantIds = [from, ...said.to];
  const { group, participantCount = participantIds.length } = said;
  const kind = group === undefined ? 'direct' : 'group';
  const conversation = { id: conversationId, kind, ...(group && { name: group }) } as const;
  const data: MessageCreated = { message, conversation, sender, participantCount, participantIds };
  const head = { id: message._id, source: '/chat', subject: conversationId, time: message.createdAt };
  return { specversion: '1.0', ...head, type: 'message.created', datacontenttype: 'application/json', data };
}

const newId = () => new Types.ObjectId().toHexString();

/** A logger that keeps its lines, as text, and tells of each. */
function keepingLogger() {
  const lines: string[] = [];
  const told = new EventEmitter();
  const keep = (...said: unknown[]) => {
    const line = JSON.stringify(said);
    lines.push(line);
    told.emit('line', line);
  };
  const logger: LoggerService = { log: keep, warn: keep, error: keep };
  return { lines, logger, told };
}

/** A database, a Redis and a fake FCM, in which notification services are started and stopped. */
export async function notificationWorld() {
  const { lines, logger, told } = keepingLogger();
  const [redis, fcm] = await Promise.all([startTestRedis(), FakeFcm.start()]);
  const { uri } = testMongo('notification');
  const db = await mongoose.createConnection(uri).asPromise();
  const client = new Redis(redis.url);
  const publisher = new EventPublisher(client);
  const apps: NestExpressApplication[] = [];

  /** Starts a service; several are replicas of one another. */
  async function boot(
    pace: Partial<Pace> = {},
    extra: Partial<Record<keyof Env, string>> = { FCM_EMULATOR_HOST: fcm.host },
  ) {
    const engines = { MONGODB_URI: uri, REDIS_URL: redis.url, JWT_SECRET };
    const env = readEnv(settings, { NODE_ENV: 'test', LOG_LEVEL: 'silent', ...engines, ...extra });
    const building = Test.createTestingModule({ imports: [NotificationModule.with(env)] });
    const module = await building
      .overrideProvider(PACE)
      .useValue({ ...QUICK, ...pace })
      .compile();
    const app = module.createNestApplication<NestExpressApplication>({ logger });
    configureRest(app);
    readJson(app);
    // Before it listens: one that fails to start is closed at the end too.
    apps.push(app);
    await app.listen(0, '127.0.0.1');
    return app;
  }

  /** Asks the latest started service as somebody. */
  async function ask(who: string, path: string, init: RequestInit & { json?: unknown } = {}) {
    const token = new JwtService().sign({ sub: who, name: who }, { secret: JWT_SECRET, expiresIn: '1h' });
    const { json, ...rest } = init;
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
    const body = json === undefined ? {} : { method: 'POST', body: JSON.stringify(json) };
    const answer = await fetch(`${await apps.at(-1)?.getUrl()}${path}`, { headers, ...body, ...rest });
    return { status: answer.status, body: (await answer.json()) as { data: unknown; message: string; code?: string } };
  }

  /** Stops all services, as SIGTERM does. */
  async function closeAll(): Promise<void> {
    await Promise.all(apps.splice(0).map((app) => app.close()));
  }

  /** What the latest started service tells Prometheus, by series; without those that are 0. */
  async function metrics(): Promise<Record<string, number>> {
    const { body } = (await apps.at(-1)?.get(Metrics).text()) ?? { body: '' };
    const samples = body.split('\n').filter((line) => line.startsWith('parley_') && !line.endsWith(' 0'));
    return Object.fromEntries(samples.map((line) => [line.replace(/ \S+$/, ''), Number(line.replace(/^.* /, ''))]));
  }

  return {
    fcm,
    metrics,
    /** Waits until the metrics of the latest started service have these values. */
    async tells(expected: Record<string, number>): Promise<void> {
      const late = Date.now() + 10_000;
      const holds = (now: Record<string, number>) =>
        Object.entries(expected).every(([name, value]) => now[name] === value);
      while (!holds(await metrics()) && Date.now() < late) await pause(20);
      expect(await metrics()).toMatchObject(expected);
    },
    db,
    apps,
    client,
    /** Every log line of the services. */
    logs: lines,
    /** The next log line that holds these words. */
    async logged(words: string): Promise<void> {
      for await (const [line] of on(told, 'line')) if (String(line).includes(words)) return;
    },
    uri,
    freezeRedis: () => redis.freeze(),
    thawRedis: () => redis.thaw(),
    presence: new PresenceDirectory(client),
    attempts: db.collection<PushAttempt>('push_attempts'),
    devices: db.collection<{ _id: string; userId: string; token: string; tokenUpdatedAt: Date; lastSeenAt: Date }>(
      'devices',
    ),
    boot,
    ask,
    /** Registers an Android device; its token is `<installationId>-token` unless said. */
    async registers(who: string, installationId: string, more: Record<string, string> = {}): Promise<void> {
      const device = {
        installationId,
        platform: 'android',
        provider: 'fcm',
        token: `${installationId}-token`,
        ...more,
      };
      const { status, body } = await ask(who, '/devices', { json: device });
      if (status !== 200) throw new Error(body.message);
    },
    /** Publishes as chat does; returns the id of the event, which is its message's. */
    async publish(event: PublishedEvent<'message.created'>): Promise<string> {
      const { type: _type, specversion: _spec, datacontenttype: _content, ...news } = event;
      await publisher.publish('message.created', news);
      return event.id;
    },
    /** The next push about a message to an installation; each is given once. */
    pushOf: (messageId: string, installationId = 'phone') =>
      fcm.next(({ message, token }) => message.data?.messageId === messageId && token === `${installationId}-token`),
    /** The push about a message, when it is in this state, and for this reason. */
    async attempt(messageId: string, state: AttemptState, reason?: string): Promise<PushAttempt> {
      const attempts = db.collection<PushAttempt>('push_attempts');
      const changes = attempts.watch([], { maxAwaitTimeMS: 50 });
      try {
        for (;;) {
          const found = await attempts.findOne({ messageId, state, ...(reason && { reason }) });
          if (found) return found;
          await changes.tryNext();
        }
      } finally {
        await changes.close();
      }
    },
    /** To which installations a message was ever to be pushed, in the order of their names. */
    async reached(messageId: string): Promise<string[]> {
      const attempts = await db.collection<PushAttempt>('push_attempts').find({ messageId }).toArray();
      return attempts.map(({ installationId }) => installationId).toSorted();
    },
    closeAll,
    async end(): Promise<void> {
      redis.thaw();
      await closeAll();
      await db.dropDatabase();
      await db.close();
      client.disconnect();
      await Promise.all([fcm.stop(), redis.stop()]);
    },
  };
}

export type World = Awaited<ReturnType<typeof notificationWorld>>;
