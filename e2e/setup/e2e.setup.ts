import { type StartedSuite, startSuite } from './start-suite.ts';
import { SUITE_VARIABLE } from '../suite.ts';

declare global {
  var parleyE2e: StartedSuite | undefined;
}

/** Starts the suite that all end-to-end tests of a run share. */
export default async function setup(): Promise<void> {
  globalThis.parleyE2e = await startSuite();
  process.env[SUITE_VARIABLE] = JSON.stringify(globalThis.parleyE2e.is);
}
