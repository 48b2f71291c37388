import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Env } from './engine.ts';

export interface Command {
  command: string;
  args: readonly string[];
  /** Both outputs are appended to it, so that the process outlives us without a broken pipe. */
  logFile: string;
  env?: Env;
  cwd?: string;
  /** When we die, however we die, the process is killed too, and this folder (if any) removed. */
  leash?: boolean | { folder: string };
}

export interface Running {
  pid: number;
  logFile: string;
  /** Resolves with `code 1` or `signal SIGKILL`, once the process has ended. */
  exited: Promise<string>;
  /** SIGTERM, and SIGKILL when that does not end it in time. */
  stop(graceMs?: number): Promise<void>;
}

/** Starts a process in a group of its own, so that Ctrl-C reaches only us and we stop things in order. */
export async function launch(command: Command): Promise<Running> {
  mkdirSync(dirname(command.logFile), { recursive: true });
  const log = openSync(command.logFile, 'a');
  const env = { ...(command.env ?? process.env) };
  const options = { env, cwd: command.cwd, detached: true };
  const child = spawn(command.command, command.args, { ...options, stdio: ['ignore', log, log] });
  closeSync(log);
  const exited = exitOf(child);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command.command} cannot be started: ${await exited}`);
  const release = command.leash ? leash(pid, command.leash === true ? '' : command.leash.folder) : undefined;
  if (release) void exited.then(release);
  return { pid, logFile: command.logFile, exited, stop: (graceMs = 10_000) => stop(child, exited, graceMs) };
}

function exitOf(child: ChildProcess): Promise<string> {
  return new Promise((done) => {
    child.once('error', (error) => done(error.message));
    child.once('exit', (code, signal) => done(signal ? `signal ${signal}` : `code ${code}`));
  });
}

async function stop(child: ChildProcess, exited: Promise<string>, graceMs: number): Promise<void> {
  child.kill('SIGTERM');
  // A frozen process would never see the SIGTERM.
  child.kill('SIGCONT');
  const kill = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await exited;
  clearTimeout(kill);
}

// Killed processes may stay as zombies where nobody reaps them, and others may still write: so it tries a while.
const LEASH = `trap '' HUP INT TERM
read -r _
kill -KILL "$1" 2>/dev/null
[ -z "$2" ] || for i in 1 2 3 4 5 6 7 8 9 10; do rm -rf "$2" 2>/dev/null; sleep 0.2; [ -e "$2" ] || break; done`;

/** A shell that waits for our end of its pipe to close, which the kernel does even when we are killed. */
function leash(pid: number, folder: string): () => void {
  const shell = spawn('sh', ['-c', LEASH, 'leash', String(pid), folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  shell.on('error', () => undefined);
  shell.unref();
  return () => shell.kill('SIGKILL');
}

/** The last lines of a log, for a message about what went wrong. */
export async function lastLines(logFile: string, count = 10): Promise<string> {
  const text = await readFile(logFile, 'utf8').catch(() => '');
  const lines = text.trimEnd().split('\n').slice(-count);
  return lines.map((line) => `    ${line.slice(0, 400)}`).join('\n');
}
