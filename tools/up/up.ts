import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Env, Log } from '../engines/engine.ts';
import { givenMongo } from '../engines/places/given.ts';
import { freeFrom } from '../engines/port.ts';
import { buildStale } from './build/build.ts';
import { withLock } from './build/lock.mjs';
import { seed } from './seed.ts';
import { jwtSecret, readSettings } from './settings.ts';
import { LOOPBACK, metricsPortOf, type Ports, reachedAt } from './suite/apps.ts';
import { refuseTaken } from './suite/port-holder.ts';
import { Record } from './suite/record.ts';
import { Suite } from './suite/suite.ts';
import { table } from './table.ts';
import { watchSources } from './watch.ts';

export interface UpOptions {
  root: string;
  dataDir: string;
  ports: Ports;
  /** Where the gateway listens; wins over HOST of the settings. */
  host?: string | undefined;
  watch: boolean;
  log: Log;
  /** Aborts when everything shall stop. */
  stop: AbortSignal;
  /** Aborts when nobody wants to wait for that any longer. */
  kill: AbortSignal;
}

/** Everything, from the claim to the end; resolves with the exit code. */
export async function up(options: UpOptions): Promise<number> {
  const { dataDir, log } = options;
  const claim = (): Promise<Record> => Record.claim(join(dataDir, 'up.json'), log);
  try {
    const record = await withLock(join(dataDir, 'up.lock'), claim);
    try {
      await refuseTaken(everyPort(options.ports));
      return await runSuite(options, record);
    } finally {
      record.remove();
    }
  } catch (error) {
    if (options.stop.aborted) return 0;
    log((error as Error).message);
    return 1;
  }
}

/** Each process has a port of its own for its metrics. */
function everyPort(ports: Ports): Ports & { [name: string]: number } {
  const ofProcesses = Object.entries<number>({ ...ports });
  const ofMetrics = ofProcesses.map(([name, port]) => [`${name} for metrics`, metricsPortOf(port)] as const);
  return { ...ports, ...Object.fromEntries(ofMetrics) };
}

async function runSuite(options: UpOptions, record: Record): Promise<number> {
  const { root, dataDir, log, stop } = options;
  await buildStale({ root, log, signal: stop });
  const env: Env = { ...(await readSettings(root, process.env)), ...(options.host && { HOST: options.host }) };
  record.note({ secretGiven: Boolean(env.JWT_SECRET) });
  await turnLogs(dataDir);
  const suite = new Suite({
    root,
    cwd: root,
    dataDir,
    log,
    ports: { ...options.ports, mongodb: await freeFrom(27017), redis: await freeFrom(6379) },
    metricsPortOf,
    env: { ...env, JWT_SECRET: await jwtSecret(env, dataDir) },
    onLaunch: (job, process) => record.launched(job, process),
  });
  options.kill.addEventListener('abort', () => void suite.kill());
  try {
    await Promise.race([begin(options, suite, { env, record }), aborted(stop)]);
    await aborted(stop);
  } finally {
    log('Stopping');
    await suite.stop();
    log('Everything has stopped');
  }
  return 0;
}

async function begin(options: UpOptions, suite: Suite, { env, record }: { env: Env; record: Record }): Promise<void> {
  const { root, dataDir, log, ports, stop } = options;
  const engines = await suite.start();
  record.note({ engines });
  const demo = await seedOnce(options, env);
  log(table({ ports, engines, dataDir, demo, host: env.HOST }));
  if (options.watch) await watchSources({ root, log, signal: stop }, (app) => suite.restart(app));
}

/** The demo is for a machine of one's own: not in production. Says whether it is there. */
async function seedOnce({ dataDir, ports, log }: UpOptions, env: Env): Promise<boolean> {
  if (env.NODE_ENV === 'production') return false;
  const given = givenMongo(env);
  // It lies with the data it is about, so that both go together.
  const mark = given ? `demo-${createHash('sha256').update(given).digest('hex').slice(0, 12)}` : 'mongodb/demo';
  const file = join(dataDir, `${mark}.seeded`);
  if (existsSync(file)) return true;
  try {
    await seed(reachedAt(env.HOST ?? LOOPBACK, ports.gateway));
    await writeFile(file, `${new Date().toISOString()}\n`);
    log('Demo seeded');
    return true;
  } catch (error) {
    log(`The demo could not be seeded: ${(error as Error).message}`);
    return false;
  }
}

/** The logs of the last run stay readable; older ones go. */
async function turnLogs(dataDir: string): Promise<void> {
  const logs = join(dataDir, 'logs');
  await rm(`${logs}.previous`, { recursive: true, force: true });
  if (existsSync(logs)) await rename(logs, `${logs}.previous`);
  await mkdir(logs, { recursive: true });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done();
    else signal.addEventListener('abort', () => done(), { once: true });
  });
}
