import { setTimeout as pause } from 'node:timers/promises';

/** What is done again and again. */
interface Task {
  /** Resolves to true when there is more to do at once. */
  does: () => Promise<boolean>;
  everyMs: number;
  /** Hears of what went wrong; it is tried again. */
  failed: (error: unknown) => void;
}

/** Does something until it is stopped, with a pause after each time: how a service walks what it keeps. */
export class Repeating {
  private readonly stopping = new AbortController();
  private loop: Promise<void> | undefined;

  constructor(private readonly task: Task) {}

  /** Starts; returns at once. */
  start(): void {
    this.loop = this.run();
  }

  /** False from when it is told to stop: what takes long looks now and then. */
  get running(): boolean {
    return !this.stopping.signal.aborted;
  }

  /** Resolves when what is under way has ended. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.loop;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (this.running) {
      const more = await this.task.does().catch((error: unknown) => {
        this.task.failed(error);
        return false;
      });
      if (!more) await pause(this.task.everyMs, undefined, { signal }).catch(() => undefined);
    }
  }
}
