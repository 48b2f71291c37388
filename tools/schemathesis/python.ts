import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { firstLine, type Env } from '../engines/engine.ts';

const exec = promisify(execFile);
const COMMANDS = ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11', 'python'];
const OLDEST_MINOR = 11;

/** A Python that can run Schemathesis. */
export interface Python {
  command: string;
  /** Such as `3.12`. */
  version: string;
}

/** The first Python on the PATH that is new enough; throws with what to do when there is none. */
export async function findPython(env: Env, commands: readonly string[] = COMMANDS): Promise<Python> {
  const tried: string[] = [];
  for (const command of commands) {
    try {
      return { command, version: await versionOf(command, env) };
    } catch (error) {
      tried.push(`  - ${command}: ${firstLine((error as Error).message)}`);
    }
  }
  throw new Error(
    [
      `No Python 3.${OLDEST_MINOR} or newer was found, which the fuzzer (Schemathesis) runs on. Tried:`,
      ...tried,
      'Install one with pip, for example: apt-get install python3 python3-pip',
    ].join('\n'),
  );
}

async function versionOf(command: string, env: Env): Promise<string> {
  const { stdout, stderr } = await exec(command, ['--version'], { env: { ...env }, timeout: 20_000 });
  const [, version, minor] = /^Python (3\.(\d+))/.exec(stdout || stderr) ?? [];
  if (!version) throw new Error('it does not say that it is Python 3');
  if (Number(minor) < OLDEST_MINOR) throw new Error(`it is Python ${version}`);
  return version;
}
