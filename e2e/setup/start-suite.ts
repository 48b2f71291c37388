import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { apnsSettings } from '../../libs/testing/src/fake-apns.keys.ts';
import type { Env } from '../../tools/engines/engine.ts';
import { freePorts } from '../../tools/engines/port.ts';
import { buildStale } from '../../tools/up/build/build.ts';
import { addressOf, chatProcess } from '../../tools/up/suite/apps.ts';
import type { Place } from '../../tools/up/suite/jobs.ts';
import { Suite } from '../../tools/up/suite/suite.ts';
import type { TestSuite } from '../suite.ts';

/** A whole suite that runs, on free ports and data of its own. */
export interface StartedSuite {
  is: TestSuite;
  /** The process that runs under this name now: `chat-1`, `notification`, `mongodb` … */
  pidOf(name: string): number;
  /** Starts one more chat node, one of those the suite was told of, or starts it anew; answers its address. */
  add(name: string): Promise<string>;
  /** Stops one process with SIGTERM; it rests until `resume`. */
  halt(name: string): Promise<void>;
  resume(name: string): Promise<void>;
  /** Stops everything and removes the data, unless they are to be kept for a look at the logs. */
  end(keep?: boolean): Promise<void>;
}

const NAMES = ['gateway', 'chat-1', 'chat-2', 'media', 'notification'] as const;

/**
 * Starts a whole suite, as built from the sources of now; what dies is started again, as `npm run up` does. Its gateway also
 * knows the addresses of chat nodes that may be added later.
 */
export async function startSuite(more: Env = {}, later: readonly string[] = []): Promise<StartedSuite> {
  const root = resolve(import.meta.dirname, '../..');
  await buildStale({ root, log: console.log });
  const folder = await mkdtemp(join(tmpdir(), 'parley-e2e-'));
  const [fcmPort = 0, apnsPort = 0] = await freePorts(2);
  const jwtSecret = randomBytes(24).toString('hex');
  const ports = await somePorts();
  const spare = new Map((await freePorts(later.length)).map((port, index) => [later[index] ?? '', port]));
  const chatPorts = [ports['chat-1'], ports['chat-2'], ...spare.values()];
  const CHAT_URLS = chatPorts.map(addressOf).join();
  const pushes = { ...settings(fcmPort), ...(await apnsSettings(folder, apnsPort)) };
  const env = { ...ownDatabase(process.env), ...pushes, CHAT_URLS, ...more, JWT_SECRET: jwtSecret };
  // Apps read a `.env` of the folder they run in: here there is none.
  const metrics = await somePorts();
  const place: Place = {
    root,
    cwd: folder,
    dataDir: folder,
    ports,
    metricsPortOf: portOf(ports, metrics),
    env,
    leash: { folder },
  };
  const pids = new Map<string, number>();
  const suite = new Suite({
    ...place,
    log: () => undefined,
    onLaunch: ({ name }, { pid }) => void pids.set(name, pid),
  });
  const end = async (keep = false): Promise<void> => {
    await suite.stop();
    if (keep) console.log(`Kept: ${folder}`);
    else await rm(folder, { recursive: true, force: true });
  };
  const engines = await suite.start().catch(async (error: Error) => {
    await end();
    throw error;
  });
  const redis = new URL(engines.redis);
  const is: TestSuite = {
    gateway: addressOf(ports.gateway),
    chat: [addressOf(ports['chat-1']), addressOf(ports['chat-2'])],
    metrics: Object.fromEntries(NAMES.map((name) => [name, addressOf(metrics[name])])) as TestSuite['metrics'],
    media: addressOf(ports.media),
    notification: addressOf(ports.notification),
    mongoUri: engines.mongodb,
    redis: { host: redis.hostname, port: Number(redis.port || 6379) },
    jwtSecret,
    fcmPort,
    apnsPort,
    logs: join(folder, 'logs'),
  };
  return {
    is,
    pidOf: (name) => pids.get(name) ?? Number.NaN,
    add: async (name) => {
      const port = spare.get(name) ?? Number.NaN;
      if (pids.has(name)) await suite.halt(name).then(() => suite.resume(name));
      else await suite.add(chatProcess(name, port, ports));
      return addressOf(port);
    },
    halt: (name) => suite.halt(name),
    resume: (name) => suite.resume(name),
    end,
  };
}

async function somePorts(): Promise<Place['ports']> {
  const [gateway = 0, one = 0, two = 0, notification = 0, media = 0, mongodb = 0, redis = 0] = await freePorts(7);
  return { gateway, 'chat-1': one, 'chat-2': two, notification, media, mongodb, redis };
}

/** The port of metrics of a process with this port; one that is added later has none. */
function portOf(ports: Place['ports'], metrics: Place['ports']) {
  return (port: number) => NAMES.filter((name) => ports[name] === port).map((name) => metrics[name])[0];
}

/** On a MongoDB that was given, a run keeps to a database of its own. */
function ownDatabase(env: Env): Env {
  if (!env.MONGODB_URI) return env;
  const uri = new URL(env.MONGODB_URI);
  uri.pathname = `/parley-e2e-${randomBytes(4).toString('hex')}`;
  return { ...env, MONGODB_URI: uri.href };
}

/** What the tests need, and nothing of the developer's own: no push may leave this machine. */
function settings(fcmPort: number): Env {
  return {
    NODE_ENV: 'test',
    LOG_LEVEL: 'info',
    FCM_EMULATOR_HOST: `127.0.0.1:${fcmPort}`,
    FIREBASE_SERVICE_ACCOUNT: undefined,
    GOOGLE_APPLICATION_CREDENTIALS: undefined,
    FIREBASE_PROJECT_ID: undefined,
    // Tests of one person's conversation send more than a person would.
    MESSAGE_RATE_LIMIT: '200',
    PERSON_RATE_LIMIT: '100000',
    ADDRESS_RATE_LIMIT: '1000000',
  };
}
