import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Stops the MongoDB of the run and removes its data. */
export default async function teardown(): Promise<void> {
  const mongo = globalThis.parleyTestMongo;
  if (!mongo) return;
  await mongo.stop(0);
  await rm(dirname(mongo.logFile), { recursive: true, force: true });
}
