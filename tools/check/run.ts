import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';

const AT_ONCE = 2;
const house = join(import.meta.dirname, '../..');

/** What a step found out; the output is shown when it failed, the note always. */
export interface Outcome {
  ok: boolean;
  output: string;
  note?: string;
}

/** One part of the check; `after` names a step whose result on disk it needs. */
export interface Step {
  name: string;
  after?: string;
  run: () => Promise<Outcome>;
}

/** Runs an installed program of this house on the Node that runs this, in `root`. */
export function program(root: string, file: string, ...args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(house, file), ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (part: Buffer) => (output += part.toString()));
    child.stderr.on('data', (part: Buffer) => (output += part.toString()));
    child.on('error', (error) => resolve({ ok: false, output: `${output}${error.message}\n` }));
    child.on('close', (code) => resolve({ ok: code === 0, output }));
  });
}

/** Runs every step, two at a time, each after the one it needs; says a line a step; true when all passed. */
export async function runSteps(steps: Step[], say: (line: string) => void): Promise<boolean> {
  const waiting = [...steps];
  const ended = new Set<string>();
  const running = new Set<Promise<void>>();
  let good = true;
  const start = async (step: Step) => {
    const begun = performance.now();
    const broken = (error: unknown): Outcome => ({ ok: false, output: String(error) });
    const { ok, output, note } = await step.run().catch(broken);
    const seconds = ((performance.now() - begun) / 1000).toFixed(1).padStart(5);
    say(`${ok ? '✓' : '✗'} ${step.name.padEnd(10)} ${seconds} s`);
    if (!ok) say(output.trimEnd());
    if (note) say(note);
    good &&= ok;
    ended.add(step.name);
  };
  while (waiting.length > 0 || running.size > 0) {
    const next = running.size < AT_ONCE ? waiting.findIndex(({ after }) => !after || ended.has(after)) : -1;
    const [step] = next < 0 ? [] : waiting.splice(next, 1);
    if (!step) {
      if (running.size === 0)
        throw new Error(`nothing ends what ${waiting.map(({ name }) => name).join(', ')} waits for`);
      await Promise.race(running);
      continue;
    }
    const run: Promise<void> = start(step).finally(() => running.delete(run));
    running.add(run);
  }
  return good;
}
