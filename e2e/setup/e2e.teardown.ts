/** Stops the suite and removes its data; PARLEY_KEEP=1 leaves them, for a look at the logs. */
export default async function teardown(): Promise<void> {
  await globalThis.parleyE2e?.end(Boolean(process.env.PARLEY_KEEP));
}
