import type { Log } from '../../engines/engine.ts';
import { findEngines } from '../../engines/find.ts';
import type { Running } from '../../engines/process.ts';
import { type AppProcess, appProcesses } from './apps.ts';
import { appJob, type EngineEnv, engineEnv, engineJobs, redisUrl, type Place } from './jobs.ts';
import { Supervised, type Job } from './supervised.ts';

export interface SuiteOptions extends Place {
  log: Log;
  onLaunch?: (job: Job, process: Running) => void;
}

interface Member {
  app: string;
  supervised: Supervised;
}

/** Every process of the suite: engines first, then all apps at once. */
export class Suite {
  readonly #options: SuiteOptions;
  readonly #members: Member[] = [];
  #addresses: EngineEnv | undefined;
  #stopped = false;

  constructor(options: SuiteOptions) {
    this.#options = options;
  }

  /** Resolves with the engines' addresses when everything is ready. */
  async start(): Promise<{ mongodb: string; redis: string }> {
    const { env, log, ports } = this.#options;
    const engines = await findEngines(env, log);
    await this.#startAll(engineJobs(engines, this.#options).map((job) => ({ app: 'engine', job })));
    const addresses = engineEnv(engines, this.#options);
    this.#addresses = addresses;
    await this.#startApps(appProcesses(ports));
    return { mongodb: addresses.MONGODB_URI, redis: redisUrl({ ...env, ...addresses }) };
  }

  /** Gateway first, then the other apps, then the engines; may be called at any time, also while it starts. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const turns = [is('api-gateway'), (app: string) => app !== 'engine', () => true];
    for (const isNext of turns) {
      const next = this.#members.filter(({ app }) => isNext(app));
      await Promise.all(next.map(({ supervised }) => supervised.stop()));
    }
  }

  /** Ends every process the hard way; `stop` then resolves. */
  async kill(): Promise<void> {
    await Promise.all(this.#members.map(({ supervised }) => supervised.kill()));
  }

  /** Stops and starts the processes of an app, one after the other, as a rollout would. */
  async restart(app: string): Promise<void> {
    for (const { supervised } of this.#members.filter((member) => member.app === app)) await supervised.restart();
  }

  /** Starts one more process of an app beside those that run. */
  add(one: AppProcess): Promise<void> {
    return this.#startApps([one]);
  }

  /** Stops one process in peace; it rests until `resume`. */
  halt(name: string): Promise<void> {
    return this.#named(name).halt();
  }

  /** Starts a process that rests; resolves when it is ready, or has failed and was reported. */
  resume(name: string): Promise<void> {
    return this.#named(name).resume();
  }

  #named(name: string): Supervised {
    const member = this.#members.find(({ supervised }) => supervised.job.name === name);
    if (!member) throw new Error(`There is no process ${name}`);
    return member.supervised;
  }

  async #startApps(processes: AppProcess[]): Promise<void> {
    const addresses = this.#addresses;
    if (!addresses) throw new Error('The engines are not there yet');
    await this.#startAll(processes.map((one) => ({ app: one.app, job: appJob(one, this.#options, addresses) })));
  }

  async #startAll(jobs: { app: string; job: Job }[]): Promise<void> {
    if (this.#stopped) throw new Error('Stopped while it was starting');
    const { log, onLaunch } = this.#options;
    const told = { log, launched: (job: Job, process: Running) => onLaunch?.(job, process) };
    const members = jobs.map(({ app, job }) => ({ app, supervised: new Supervised(job, told) }));
    this.#members.push(...members);
    await Promise.all(members.map(({ supervised }) => supervised.start()));
  }
}

const is = (one: string) => (other: string) => one === other;
