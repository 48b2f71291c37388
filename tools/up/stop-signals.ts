const TOGETHER_MS = 1_000;

/**
 * `stop` aborts when this process is asked to end: Ctrl-C, SIGTERM, or its terminal or parent is gone. One Ctrl-C
 * arrives several times (from the terminal, npm and ready.mjs); `kill` aborts when one is asked again, later.
 */
export function stopSignals(): { stop: AbortSignal; kill: AbortSignal } {
  const stop = new AbortController();
  const kill = new AbortController();
  let first = 0;
  const asked = (): void => {
    first ||= Date.now();
    if (Date.now() - first > TOGETHER_MS) kill.abort();
    stop.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, asked);
  process.once('disconnect', asked);
  // Output that nobody reads any more must not keep us from stopping in order.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  return { stop: stop.signal, kill: kill.signal };
}
