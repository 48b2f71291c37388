import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lastLines, launch } from './process.ts';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'parley-process-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A process nobody waits for stays in the table as a zombie: that counts as ended. */
function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return true;
}

const shell = (script: string) => ({ command: 'sh', args: ['-c', script], logFile: join(folder, 'log') });

describe('a launched process', () => {
  it('says how it ended and leaves its words in the log', async () => {
    const failing = await launch(shell('echo one; echo two >&2; exit 3'));
    expect(await failing.exited).toBe('code 3');
    expect(await lastLines(failing.logFile, 1)).toBe('    two');
    expect(await readFile(failing.logFile, 'utf8')).toBe('one\ntwo\n');
  });

  it('is an error when there is no such command', async () => {
    const command = { command: '/no/such/program', args: [], logFile: join(folder, 'log') };
    await expect(launch(command)).rejects.toThrow(/\/no\/such\/program cannot be started: .*ENOENT/);
  });

  it('is asked to stop, and killed when it does not listen', async () => {
    const polite = await launch(shell('trap "exit 5" TERM; echo on; while :; do sleep 0.05; done'));
    const deaf = await launch({
      ...shell('trap "" TERM; echo on; while :; do sleep 0.05; done'),
      logFile: join(folder, 'deaf'),
    });
    for (const { logFile } of [polite, deaf]) while (!(await lastLines(logFile)).trim()) await sleep(10);
    await Promise.all([polite.stop(5_000), deaf.stop(100)]);
    expect(await polite.exited).toBe('code 5');
    expect(await deaf.exited).toBe('signal SIGKILL');
  });

  it('stops although it is frozen', async () => {
    // Only who has a handler would sleep through a SIGTERM.
    const frozen = await launch(shell('trap "exit 5" TERM; echo on; while :; do sleep 0.05; done'));
    while (!(await lastLines(frozen.logFile)).trim()) await sleep(10);
    process.kill(frozen.pid, 'SIGSTOP');
    await frozen.stop(5_000);
    expect(await frozen.exited).toBe('code 5');
  });

  it('dies with us when it is on a leash, even when we are killed', async () => {
    const mine = join(folder, 'mine');
    const parent = join(folder, 'parent.ts');
    await writeFile(
      parent,
      `import { mkdirSync } from 'node:fs';
      import { launch } from ${JSON.stringify(join(import.meta.dirname, 'process.ts'))};
      mkdirSync(${JSON.stringify(mine)});
      const child = await launch({ command: 'sleep', args: ['60'], logFile: ${JSON.stringify(join(mine, 'log'))}, leash: { folder: ${JSON.stringify(mine)} } });
      console.log(child.pid);
      setInterval(() => undefined, 1000);`,
    );
    const us = spawn(process.execPath, [parent], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [said] = (await once(us.stdout, 'data')) as [Buffer];
    expect(runs(Number(said.toString()))).toBe(true);
    us.kill('SIGKILL');
    // The folder is removed only after the process has gone.
    while (existsSync(mine)) await sleep(20);
    expect(existsSync(mine)).toBe(false);
  });
});
