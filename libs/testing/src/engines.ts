import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../tools/engines/port.ts';
import { startMongo } from '../../../tools/engines/mongo.ts';
import { startRedis } from '../../../tools/engines/redis.ts';

// For those who may not reach into tools.
export { freePort };

/** A Redis (or Valkey) of the test's own, that keeps nothing. */
export interface TestRedis {
  url: string;
  host: string;
  port: number;
  pid: number;
  stop(): Promise<void>;
  /** From here on it answers nothing, though its connections stay open. */
  freeze(): void;
  thaw(): void;
}

/** A MongoDB of the test's own, whose data lasts until `stop`. */
export interface TestMongo {
  uri: string;
  /** From here on it answers nothing, though its connections stay open. */
  freeze(): void;
  thaw(): void;
  /** `kill -9`: nothing is written any more. */
  kill(): Promise<void>;
  /** Starts it again on the same data and port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** A database of the test's own on the MongoDB of this run; it need not be removed. */
export function testMongo(name = 'test'): { uri: string } {
  const uri = new URL(setting('PARLEY_TEST_MONGODB_URI'));
  uri.pathname = `/${name.replace(/[^A-Za-z0-9-]/g, '-').slice(0, 40)}-${randomBytes(4).toString('hex')}`;
  return { uri: uri.href };
}

/** Starts a Redis for this test alone; it ends with the test process, should `stop` never be called. */
export async function startTestRedis(port?: number): Promise<TestRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-redis-'));
  const redis = await startRedis({
    binary: setting('PARLEY_TEST_REDIS_BINARY'),
    port: port ?? (await freePort()),
    logFile: join(folder, 'redis.log'),
    leash: { folder },
  });
  const { url, host, pid } = redis;
  const stop = async (): Promise<void> => {
    await redis.stop(0);
    await rm(folder, { recursive: true, force: true });
  };
  let here = true;
  void redis.exited.then(() => (here = false));
  // Whoever tidies up need not know whether it is still there.
  const signal = (name: NodeJS.Signals) => (): void => void (here && process.kill(pid, name));
  return { url, host, port: redis.port, pid, stop, freeze: signal('SIGSTOP'), thaw: signal('SIGCONT') };
}

/** Starts a MongoDB for this test alone, a replica set of one member. */
export async function startTestMongo(): Promise<TestMongo> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-mongo-'));
  const how = {
    binary: setting('PARLEY_TEST_MONGODB_BINARY'),
    port: await freePort(),
    dataDir: join(folder, 'data'),
    logFile: join(folder, 'mongo.log'),
    leash: { folder },
  };
  let mongo = await startMongo(how);
  const uri = new URL(mongo.uri);
  uri.pathname = '/test';
  return {
    uri: uri.href,
    freeze: () => void process.kill(mongo.pid, 'SIGSTOP'),
    thaw: () => void process.kill(mongo.pid, 'SIGCONT'),
    kill: async () => {
      process.kill(mongo.pid, 'SIGKILL');
      await mongo.exited;
    },
    restart: async () => {
      mongo = await startMongo(how);
    },
    stop: async () => {
      await mongo.stop(0);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function setting(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is missing: only *.int.spec.ts and *.e2e.ts files have engines`);
  return value;
}
