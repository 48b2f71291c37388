import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process as it can be told from a later one with the same pid. */
export interface Identity {
  pid: number;
  /** When it started, in the words of the system. */
  started: string;
}

/** This process, if it runs; undefined when there is none, or only its remains. */
export function identify(pid: number): Identity | undefined {
  const [state = 'Z', started = ''] = process.platform === 'linux' ? byProc(pid) : byPs(pid);
  return state.startsWith('Z') || state === 'X' ? undefined : { pid, started };
}

function byProc(pid: number): string[] {
  const stat = quietly(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  if (!stat) return [];
  // The name, in parentheses, may hold spaces and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return [fields[0] ?? '', fields[19] ?? ''];
}

function byPs(pid: number): string[] {
  const said = quietly(() => execFileSync('ps', ['-p', String(pid), '-o', 'state=,lstart='], { encoding: 'utf8' }));
  return /^(\S+)\s+(.+?)\s*$/.exec(said)?.slice(1) ?? [];
}

function quietly(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}

/** Whether this very process still runs. */
export function runs({ pid, started }: Identity): boolean {
  return identify(pid)?.started === started;
}

/** Ends a process that is not our child: SIGTERM, and SIGKILL when that does not end it in time. */
export async function end(identity: Identity, graceMs: number): Promise<void> {
  const killAt = Date.now() + graceMs;
  for (const signal of ['SIGTERM', 'SIGCONT'] as const) if (runs(identity)) process.kill(identity.pid, signal);
  while (runs(identity)) {
    if (Date.now() > killAt) process.kill(identity.pid, 'SIGKILL');
    await sleep(50);
  }
}
