import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Log } from '../../engines/engine.ts';
import { end, identify, runs, type Identity } from './identity.ts';

/** One process of `.data/up.json`. */
export interface Entry extends Identity {
  name: string;
  address: string;
  logFile: string;
}

/** What runs, for scripts and for the next `up`. */
export interface UpFile extends Identity {
  /** Where MongoDB and Redis are, started by us or not; there as soon as they are. */
  engines?: { mongodb: string; redis: string };
  /** Whether JWT_SECRET was a setting, and is not the one kept with the data. */
  secretGiven?: boolean;
  processes: Entry[];
}

const GRACE_MS = 12_000;

export function readUp(file: string): UpFile | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as UpFile;
  } catch {
    return undefined;
  }
}

/** The file of a running `up`, kept true: what is not in it cannot be ended by the next one. */
export class Record {
  readonly #file: string;
  readonly #up: UpFile;

  private constructor(file: string, up: UpFile) {
    this.#file = file;
    this.#up = up;
  }

  /** Makes this process the one that is up: refuses while another is, and ends what a killed one left. */
  static async claim(file: string, log: Log): Promise<Record> {
    const before = readUp(file);
    if (before && runs(before)) throw new Error(alreadyUp(before));
    if (before) await endLeftovers(before.processes.filter(runs), log);
    const self = identify(process.pid) ?? { pid: process.pid, started: '' };
    const record = new Record(file, { ...self, processes: [] });
    record.note({});
    return record;
  }

  note(more: Partial<UpFile>): void {
    Object.assign(this.#up, more);
    mkdirSync(dirname(this.#file), { recursive: true });
    // Addresses may hold passwords.
    writeFileSync(`${this.#file}.part`, `${JSON.stringify(this.#up, null, 2)}\n`, { mode: 0o600 });
    renameSync(`${this.#file}.part`, this.#file);
  }

  /** A process was started, for the first time or anew. */
  launched(
    { name, address }: { name: string; address: string },
    { pid, logFile }: { pid: number; logFile: string },
  ): void {
    const others = this.#up.processes.filter((entry) => entry.name !== name);
    const started = identify(pid)?.started ?? '';
    this.note({ processes: [...others, { name, pid, address, logFile, started }] });
  }

  remove(): void {
    rmSync(this.#file, { force: true });
  }
}

function alreadyUp({ pid, processes }: UpFile): string {
  const gateway = processes.find(({ name }) => name === 'gateway')?.address ?? 'not there yet';
  return `Parley is up already (process ${pid}, gateway ${gateway}). Stop it with Ctrl-C there, or: kill ${pid}`;
}

async function endLeftovers(alive: Entry[], log: Log): Promise<void> {
  if (alive.length === 0) return;
  const names = alive.map(({ name, pid }) => `${name} (${pid})`).join(', ');
  log(`An earlier up was killed and left ${names}: ending them`);
  const isEngine = ({ name }: Entry): boolean => name === 'mongodb' || name === 'redis';
  await Promise.all(alive.filter((entry) => !isEngine(entry)).map((entry) => end(entry, GRACE_MS)));
  await Promise.all(alive.filter(isEngine).map((entry) => end(entry, GRACE_MS)));
}
