import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { join } from 'node:path';
import type { Wanted } from './arguments.ts';
import { COUNTS_FILE, type Counts, type Ended } from './closing-line.ts';

export interface JestRun {
  root: string;
  /** A folder of this run's own. */
  folder: string;
  wanted: Wanted;
  stop: AbortSignal;
  kill: AbortSignal;
}

/** Runs Jest over the house; engines that a killed Jest leaves end by themselves (their leash). */
export async function runJest({ root, folder, wanted, stop, kill }: JestRun): Promise<Ended> {
  const file = join(folder, 'counts.json');
  const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  const reporter = join(import.meta.dirname, 'closing-line.reporter.ts');
  const node = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  // Some of Jest's options take all words that follow: the patterns are first.
  const reporters = ['--reporters=default', `--reporters=${reporter}`];
  // Long runs kill, freeze and measure: one at a time.
  const workers = wanted.tiers.includes('faults') ? 1 : 2;
  const options = [`--maxWorkers=${workers}`, ...wanted.options, ...reporters, '--selectProjects', ...wanted.tiers];
  const child = spawn(process.execPath, [...node, jest, ...wanted.patterns, ...options], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, [COUNTS_FILE]: file },
  });
  stop.addEventListener('abort', () => child.kill('SIGTERM'));
  kill.addEventListener('abort', () => child.kill('SIGKILL'));
  const ended = await new Promise<Ended>((done, failed) => {
    child.once('error', failed);
    child.once('exit', (exit, signal) =>
      done(signal ? { code: 128 + constants.signals[signal], signal } : { code: exit ?? 1 }),
    );
  });
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text ? { ...ended, counts: JSON.parse(text) as Counts } : ended;
}
