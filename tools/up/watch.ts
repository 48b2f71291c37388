import { watch } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../engines/engine.ts';
import { buildStale, type Work } from './build/build.ts';

const SETTLE_MS = 150;

/**
 * Builds what was edited, and hands over the apps that were. Costs nothing while nobody edits: compilers that stay
 * in memory would react a few seconds sooner, and need half a gigabyte for each app.
 */
export async function watchSources(work: Work, built: (app: string) => Promise<unknown>): Promise<void> {
  const changes = new Changes();
  for (const folder of ['apps', 'libs']) {
    const options = { recursive: true, signal: work.signal };
    watch(join(work.root, folder), options, (_, file) => /\.(ts|json)$/.test(file ?? '') && changes.add());
  }
  work.log('Watching apps/ and libs/');
  // What was edited since the build began was not seen by the watch.
  changes.add();
  while (!work.signal?.aborted) {
    await changes.next();
    // The running apps stay as they are while the sources do not compile.
    const apps = await buildStale(work).catch((error: Error) => report(error, work));
    for (const app of apps) await built(app);
  }
}

function report(error: Error, { log, signal }: { log: Log; signal?: AbortSignal }): string[] {
  if (!signal?.aborted) log(error.message);
  return [];
}

/** Many writes in a row are one change. */
class Changes {
  #settle: NodeJS.Timeout | undefined;
  #waiting: (() => void) | undefined;
  #changed = false;

  add(): void {
    clearTimeout(this.#settle);
    this.#settle = setTimeout(() => {
      this.#changed = true;
      this.#waiting?.();
    }, SETTLE_MS);
  }

  async next(): Promise<void> {
    if (!this.#changed) await new Promise<void>((done) => (this.#waiting = done));
    this.#changed = false;
  }
}
