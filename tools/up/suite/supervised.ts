import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../engines/engine.ts';
import { lastLines, type Running } from '../../engines/process.ts';

/** A process to be kept running. */
export interface Job {
  name: string;
  address: string;
  /** Resolves when it is ready; tells of the process as soon as it exists. */
  start(onLaunch: (process: Running) => void): Promise<unknown>;
  /** How long it may take to stop. */
  graceMs: number;
}

export interface Told {
  log: Log;
  /** The job has a new process. */
  launched(job: Job, process: Running): void;
}

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;
/** Who lives this long starts anew with the first delay. */
const HEALTHY_MS = 60_000;

/** Keeps one job running: a death is reported, and followed by a new start after a growing delay. */
export class Supervised {
  readonly job: Job;
  readonly #told: Told;
  readonly #stopping = new AbortController();
  #process: Running | undefined;
  #launching: Promise<void> | undefined;
  /** What follows the end of the process. */
  #after: Promise<void> | undefined;
  #delay = FIRST_DELAY_MS;
  #halted = false;

  constructor(job: Job, told: Told) {
    this.job = job;
    this.#told = told;
  }

  /** The first start: a failure is the caller's. */
  async start(): Promise<void> {
    const begin = Date.now();
    await this.#launch();
    const { name, address } = this.job;
    this.#told.log(`${name.padEnd(13)} ready at ${address} (${((Date.now() - begin) / 1000).toFixed(1)} s)`);
    this.#watch(begin);
  }

  /** Stops it and starts it again, for new code; resolves when that is ready, or has failed and was reported. */
  async restart(): Promise<void> {
    await this.halt();
    await this.resume();
  }

  /** Stops it, and lets it rest until `resume`. */
  async halt(): Promise<void> {
    this.#halted = true;
    await this.#process?.stop(this.job.graceMs);
  }

  /** Starts what was halted; resolves when it is ready, or has failed and was reported. */
  async resume(): Promise<void> {
    this.#halted = false;
    await this.#again(0);
  }

  /** Also while it starts; resolves when no process is left. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#process?.stop(this.job.graceMs);
    // One that was just being started is stopped by its launch.
    await this.#launching;
    await this.#after;
  }

  async kill(): Promise<void> {
    this.#stopping.abort();
    await this.#process?.stop(0);
  }

  async #launch(): Promise<void> {
    let late: Promise<void> | undefined;
    const launch = this.job.start((process) => {
      this.#process = process;
      this.#told.launched(this.job, process);
      if (this.#stopping.signal.aborted) late = process.stop(this.job.graceMs);
    });
    this.#launching = launch.then(
      () => late,
      () => late,
    );
    await launch;
  }

  #watch(since: number): void {
    const process = this.#process;
    if (process) this.#after = process.exited.then((how) => this.#ended(process, how, since));
  }

  async #ended(process: Running, how: string, since: number): Promise<void> {
    if (this.#stopping.signal.aborted || this.#halted) return;
    if (Date.now() - since > HEALTHY_MS) this.#delay = FIRST_DELAY_MS;
    const lines = await lastLines(process.logFile);
    const { name } = this.job;
    this.#told.log(`${name} ended (${how}); starting it again in ${this.#delay / 1000} s. Its last words:\n${lines}`);
    const delay = this.#delay;
    this.#delay = Math.min(this.#delay * 2, LONGEST_DELAY_MS);
    return this.#again(delay);
  }

  async #again(delayMs: number): Promise<void> {
    const signal = this.#stopping.signal;
    await sleep(delayMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    const begin = Date.now();
    await this.#launch().then(
      () => this.#told.log(`${this.job.name} is back`),
      (error: Error) => signal.aborted || this.#told.log(error.message),
    );
    this.#watch(begin);
  }
}
