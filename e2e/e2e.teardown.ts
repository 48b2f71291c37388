import { rm } from 'node:fs/promises';

/** Stops the suite and removes its data; PARLEY_KEEP=1 leaves them, for a look at the logs. */
export default async function teardown(): Promise<void> {
  if (!globalThis.parleyE2e) return;
  const { suite, folder } = globalThis.parleyE2e;
  await suite.stop();
  if (process.env.PARLEY_KEEP) console.log(`Kept: ${folder}`);
  else await rm(folder, { recursive: true, force: true });
}
