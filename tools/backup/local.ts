import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MONGODB } from '../engines/engine.ts';
import { findBinary } from '../engines/find.ts';
import { startMongo } from '../engines/mongo.ts';
import { freePort } from '../engines/port.ts';
import { runs } from '../up/suite/identity.ts';
import { readUp } from '../up/suite/record.ts';

/** A MongoDB that belongs to a data folder of `npm run up`. */
export interface Local {
  uri: string;
  mediaDir: string;
  /** Only while nothing uses it. */
  emptyRedis?: () => Promise<void>;
  stop(): Promise<void>;
}

/** That of the `up` that runs there, or else one that is started for now. */
export async function openLocal(dataDir: string): Promise<Local> {
  const mediaDir = join(dataDir, 'media');
  const up = readUp(join(dataDir, 'up.json'));
  if (up && runs(up)) {
    if (!up.engines) throw new Error('up is still starting: try again when it has printed its table.');
    return { uri: up.engines.mongodb, mediaDir, stop: () => Promise.resolve() };
  }
  await mkdir(dataDir, { recursive: true });
  const { binary } = await findBinary(MONGODB, { env: process.env, log: console.log });
  const at = { dataDir: join(dataDir, 'mongodb'), logFile: join(dataDir, 'logs', 'mongodb.log') };
  const mongo = await startMongo({ binary, port: await freePort(), ...at, leash: true });
  return {
    uri: `mongodb://127.0.0.1:${mongo.port}/parley?replicaSet=rs0`,
    mediaDir,
    emptyRedis: () => rm(join(dataDir, 'redis'), { recursive: true, force: true }),
    stop: () => mongo.stop(30_000),
  };
}
