import { join } from 'node:path';
import type { Env } from '../../engines/engine.ts';
import type { Engines } from '../../engines/find.ts';
import { startMongo } from '../../engines/mongo.ts';
import { until } from '../../engines/port.ts';
import { lastLines, launch, type Command, type Running } from '../../engines/process.ts';
import { startRedis } from '../../engines/redis.ts';
import { entryOf } from '../build/build.ts';
import { type AppProcess, LOOPBACK, type Ports, reachedAt } from './apps.ts';
import type { Job } from './supervised.ts';

/** Where a suite lives, and what its processes get. */
export interface Place {
  /** The checkout whose built apps run. */
  root: string;
  /** The folder the apps run in; a `.env` there is theirs. */
  cwd: string;
  /** Data, and the logs in `logs/`. */
  dataDir: string;
  ports: Ports & { mongodb: number; redis: number };
  /** Where a process with this port tells its metrics; without it, none does. */
  metricsPortOf?: (port: number) => number | undefined;
  /** What every app is given; MONGODB_URI and REDIS_* are made where they are missing. */
  env: Env;
  leash?: Command['leash'];
}

/** What the apps are told about the engines. */
export interface EngineEnv extends Record<string, string | undefined> {
  MONGODB_URI: string;
}

const READY_MS = 90_000;
const APP_GRACE_MS = 10_000;
const ENGINE_GRACE_MS = 30_000;

const logOf = ({ dataDir }: Place, name: string): string => join(dataDir, 'logs', `${name}.log`);

/** The engines that nobody gave us. */
export function engineJobs({ mongo, redis }: Engines, place: Place): Job[] {
  const { dataDir, ports, leash } = place;
  const at = (name: 'mongodb' | 'redis') => ({
    port: ports[name],
    dataDir: join(dataDir, name),
    logFile: logOf(place, name),
    leash,
  });
  const job = (name: 'mongodb' | 'redis', start: Job['start']): Job => ({
    name,
    address: `${name}://127.0.0.1:${ports[name]}`,
    start,
    graceMs: ENGINE_GRACE_MS,
  });
  return [
    ...('binary' in mongo ? [job('mongodb', (onLaunch) => startMongo({ ...mongo, ...at('mongodb'), onLaunch }))] : []),
    ...('binary' in redis ? [job('redis', (onLaunch) => startRedis({ ...redis, ...at('redis'), onLaunch }))] : []),
  ];
}

/** Addresses that were given stay as they are. */
export function engineEnv({ mongo, redis }: Engines, { ports }: Place): EngineEnv {
  const own = `mongodb://127.0.0.1:${ports.mongodb}/parley?replicaSet=rs0`;
  const address = 'address' in redis ? redis.address : { host: '127.0.0.1', port: ports.redis, url: undefined };
  return {
    MONGODB_URI: 'uri' in mongo ? mongo.uri : own,
    REDIS_URL: address.url,
    REDIS_HOST: address.host,
    REDIS_PORT: String(address.port),
  };
}

/** One address for Redis, whichever settings it came from. */
export function redisUrl({ REDIS_URL, REDIS_HOST, REDIS_PORT, REDIS_PASSWORD }: Env): string {
  const password = REDIS_PASSWORD ? `:${encodeURIComponent(REDIS_PASSWORD)}@` : '';
  return REDIS_URL ?? `redis://${password}${REDIS_HOST}:${REDIS_PORT}`;
}

/** One process of an app. */
export function appJob({ name, app, port, env }: AppProcess, place: Place, engines: EngineEnv): Job {
  const made = { NODE_ENV: 'development', MEDIA_DIR: join(place.dataDir, 'media'), ...env, ...engines };
  // Neither a port nor a node's name can be shared, whoever set it; what is set of proxies is meant for the gateway.
  const host = (app === 'api-gateway' && place.env.HOST) || LOOPBACK;
  const own = {
    PORT: String(port),
    // Clients have the gateway; what is behind it believes its neighbours, and is for nobody else.
    HOST: host,
    METRICS_PORT: place.env.METRICS_PORT === 'off' ? 'off' : String(place.metricsPortOf?.(port) ?? 'off'),
    METRICS_HOST: LOOPBACK,
    ...(env.NODE_NAME && { NODE_NAME: env.NODE_NAME }),
    ...(app !== 'api-gateway' && { TRUSTED_PROXIES: '127.0.0.0/8,::1' }),
    // On one machine everything speaks plain HTTP.
    ...(app === 'api-gateway' && { TLS_CERT_FILE: '', TLS_KEY_FILE: '' }),
  };
  const command: Command = {
    command: process.execPath,
    args: ['--enable-source-maps', entryOf(place.root, app)],
    logFile: logOf(place, name),
    env: { ...made, ...place.env, ...own },
    cwd: place.cwd,
    leash: place.leash,
  };
  const start: Job['start'] = async (onLaunch) => {
    const running = await launch(command);
    onLaunch(running);
    await ready(name, reachedAt(host, port), running);
  };
  return { name, address: reachedAt(host, port), start, graceMs: APP_GRACE_MS };
}

async function ready(name: string, address: string, running: Running): Promise<void> {
  const answers = (): Promise<boolean> =>
    fetch(`${address}/health/ready`, { signal: AbortSignal.timeout(5_000) }).then(
      async (response) => (await response.arrayBuffer(), response.status === 200),
      () => false,
    );
  await until(answers, running.exited, READY_MS).catch(async (error: Error) => {
    await running.stop(0);
    throw new Error(
      `${name} did not start: ${error.message}. Its last words:\n${await lastLines(running.logFile, 20)}`,
    );
  });
}
