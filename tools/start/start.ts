import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import type { Env } from '../engines/engine.ts';
import { buildStale, entryOf } from '../up/build/build.ts';
import { readSettings } from '../up/settings.ts';
import { refuseTaken } from '../up/suite/port-holder.ts';
import { watchSources } from '../up/watch.ts';
import { nodeSettings } from './settings.ts';

interface Options {
  root: string;
  dataDir: string;
  port?: string;
  watch: boolean;
  stop: AbortSignal;
  kill: AbortSignal;
}

/** Runs one chat node in the foreground until it ends or is stopped; resolves with the exit code. */
export async function startNode(options: Options): Promise<number> {
  const { root, dataDir, port, watch, stop, kill } = options;
  try {
    await buildStale({ root, log: console.error, signal: stop });
    const env = await nodeSettings(await readSettings(root, process.env), dataDir, port);
    await refuseTaken(portsOf(env));
    const node = new Foreground(root, env, watch);
    stop.addEventListener('abort', () => node.end('SIGTERM'));
    kill.addEventListener('abort', () => node.end('SIGKILL'));
    const work = { root, log: console.error, signal: stop };
    if (watch) void watchSources(work, (app) => Promise.resolve(app === 'chat' && node.restart()));
    return stop.aborted ? 0 : await node.run(stop);
  } catch (error) {
    if (stop.aborted) return 0;
    console.error((error as Error).message);
    return 1;
  }
}

function portsOf({ PORT, METRICS_PORT }: Env): Record<string, number> {
  const own = { 'this chat node': Number(PORT) };
  return METRICS_PORT === 'off' ? own : { ...own, 'this chat node for metrics': Number(METRICS_PORT) };
}

/** The chat node, its output ours. */
class Foreground {
  readonly #command: string[];
  readonly #options: SpawnOptions;
  readonly #watch: boolean;
  readonly #edits = new EventEmitter();
  #child: ChildProcess | undefined;

  constructor(root: string, env: Env, watch: boolean) {
    this.#command = ['--enable-source-maps', entryOf(root, 'chat')];
    // A group of its own: Ctrl-C reaches it through us, once.
    this.#options = { cwd: root, env, detached: true, stdio: ['ignore', 'inherit', 'inherit'] };
    this.#watch = watch;
  }

  /** Resolves with its exit code; while we watch, only a stop ends it for good. */
  async run(stop: AbortSignal): Promise<number> {
    for (;;) {
      const edited = once(this.#edits, 'edit', { signal: stop }).catch(() => undefined);
      this.#child = spawn(process.execPath, this.#command, this.#options);
      const [code] = (await once(this.#child, 'exit')) as [number | null];
      if (!this.#watch || stop.aborted) return code ?? 1;
      console.error(`The chat node ended (${code ?? 'by a signal'}); it starts again after an edit`);
      await edited;
      if (stop.aborted) return 0;
    }
  }

  restart(): void {
    this.#edits.emit('edit');
    this.end('SIGTERM');
  }

  end(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }
}
