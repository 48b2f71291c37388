import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MONGODB, REDIS } from '../../../tools/engines/engine.ts';
import { findBinary, findEngines } from '../../../tools/engines/find.ts';
import { startMongo, type RunningMongo } from '../../../tools/engines/mongo.ts';
import { freePort } from '../../../tools/engines/port.ts';

declare global {
  var parleyTestMongo: RunningMongo | undefined;
}

/** One MongoDB for all integration tests of a run; each test takes a database of its own (`engines.ts`). */
export default async function setup(): Promise<void> {
  const { mongo } = await findEngines(process.env, console.log);
  // Tests stop and freeze their engines, so these are never ones that run already.
  const place = { env: process.env, log: console.log };
  process.env.PARLEY_TEST_REDIS_BINARY = (await findBinary(REDIS, place)).binary;
  process.env.PARLEY_TEST_MONGODB_BINARY = 'binary' in mongo ? mongo.binary : (await findBinary(MONGODB, place)).binary;
  process.env.PARLEY_TEST_MONGODB_URI = 'uri' in mongo ? mongo.uri : await start(mongo.binary);
}

async function start(binary: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-int-'));
  const place = { port: await freePort(), dataDir: join(folder, 'mongo'), logFile: join(folder, 'mongo.log') };
  globalThis.parleyTestMongo = await startMongo({ binary, ...place, leash: { folder } });
  return globalThis.parleyTestMongo.uri;
}
