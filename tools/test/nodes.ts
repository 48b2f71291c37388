import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { MONGODB, REDIS, type Env } from '../engines/engine.ts';
import { findBinary } from '../engines/find.ts';
import { startMongo } from '../engines/mongo.ts';
import { freePort } from '../engines/port.ts';
import type { Running } from '../engines/process.ts';
import { type RunningRedis, startRedis } from '../engines/redis.ts';
import { buildStale } from '../up/build/build.ts';
import { addressOf } from '../up/suite/apps.ts';
import { appJob, type Place } from '../up/suite/jobs.ts';

/** A chat node that runs as a process. */
export interface Node extends Running {
  name: string;
  url: string;
}

/** Chat nodes, and nothing else, on a MongoDB and a Redis of their own; all end with this process. */
export interface Nodes {
  secret: string;
  mongoUri: string;
  nodes: Node[];
  engines: { mongodb: Running; redis: RunningRedis };
  /** Starts one more; resolves when it is ready. */
  add(): Promise<Node>;
  /** Stops everything and removes the data. */
  end(): Promise<void>;
}

const NONE = { gateway: 0, 'chat-1': 0, 'chat-2': 0, notification: 0, media: 0, mongodb: 0, redis: 0 };

/** Starts so many chat nodes, as built from the sources of now. */
export async function startNodes(count: number, more: Env = {}): Promise<Nodes> {
  const root = resolve(import.meta.dirname, '../..');
  await buildStale({ root, log: console.log });
  const folder = await mkdtemp(join(tmpdir(), 'parley-nodes-'));
  const engines = await startEngines(folder);
  const secret = randomBytes(24).toString('hex');
  const env = { NODE_ENV: 'test', LOG_LEVEL: 'info', JWT_SECRET: secret, ...unlimited, ...more };
  const place: Place = { root, cwd: folder, dataDir: folder, ports: NONE, env, leash: { folder } };
  const mongoUri = new URL(engines.mongodb.uri);
  mongoUri.pathname = '/parley';
  const addresses = { MONGODB_URI: mongoUri.href, REDIS_URL: engines.redis.url };
  const nodes: Node[] = [];
  const add = async (): Promise<Node> => {
    const name = `chat-${nodes.length + 1}`;
    const port = await freePort();
    let running: Running | undefined;
    const app = { name, app: 'chat', port, env: { NODE_NAME: name } };
    await appJob(app, place, addresses).start((process) => (running = process));
    const node = { ...(running as Running), name, url: addressOf(port) };
    nodes.push(node);
    return node;
  };
  const end = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.stop()));
    await Promise.all([engines.mongodb.stop(0), engines.redis.stop(0)]);
    await rm(folder, { recursive: true, force: true });
  };
  for (let n = 0; n < count; n++) await add();
  return { secret, mongoUri: mongoUri.href, nodes, engines, add, end };
}

/** What limits a person limits a measurement. */
const unlimited = { MESSAGE_RATE_LIMIT: '1000000', HANDSHAKE_RATE_LIMIT: '1000000' };

async function startEngines(folder: string) {
  const [mongo, redis] = await Promise.all(
    [MONGODB, REDIS].map((engine) => findBinary(engine, { env: process.env, log: console.log })),
  );
  const leash = { folder };
  const [mongodb, valkey] = await Promise.all([
    startMongo({
      binary: mongo?.binary ?? '',
      port: await freePort(),
      dataDir: join(folder, 'mongodb'),
      logFile: join(folder, 'logs', 'mongodb.log'),
      leash,
    }),
    startRedis({
      binary: redis?.binary ?? '',
      port: await freePort(),
      logFile: join(folder, 'logs', 'redis.log'),
      leash,
    }),
  ]);
  return { mongodb, redis: valkey };
}
