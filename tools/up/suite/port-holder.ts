import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';
import { isFree } from '../../engines/port.ts';

const exec = promisify(execFile);
const LISTEN = '0A';

/** Throws one message that names every port that is taken, and by whom. */
export async function refuseTaken(ports: Readonly<Record<string, number>>): Promise<void> {
  const lines: string[] = [];
  for (const [name, port] of Object.entries(ports)) {
    if (!(await isFree(port))) lines.push(`Port ${port}, which ${name} needs, is taken by ${await holderOf(port)}`);
  }
  if (lines.length === 0) return;
  const ways = 'End what holds it, or choose another port: -- --port 4000';
  throw new Error([...lines, ways].join('\n'));
}

/** Who listens on a port, in words: pid and command, as far as we may see them. */
export async function holderOf(port: number): Promise<string> {
  const pid = process.platform === 'linux' ? await pidByProc(port) : await pidByLsof(port);
  if (!pid) return `somebody we may not see (try: sudo lsof -nP -iTCP:${port} -sTCP:LISTEN)`;
  return `process ${pid} (${(await commandOf(pid)).slice(0, 200)})`;
}

async function pidByLsof(port: number): Promise<string | undefined> {
  const args = ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fp'];
  const { stdout } = await exec('lsof', args).catch(() => ({ stdout: '' }));
  return /^p(\d+)$/m.exec(stdout)?.[1];
}

async function commandOf(pid: string): Promise<string> {
  if (process.platform !== 'linux') {
    const { stdout } = await exec('ps', ['-p', pid, '-o', 'command=']).catch(() => ({ stdout: '?' }));
    return stdout.trim();
  }
  const words = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '?');
  return words.split('\0').join(' ').trim();
}

async function pidByProc(port: number): Promise<string | undefined> {
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((table) => readFile(`/proc/net/${table}`, 'utf8').catch(() => '')),
  );
  const sockets = new Set(tables.flatMap((table) => listeners(table, port)));
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    if (await holds(pid, sockets)) return pid;
  }
  return undefined;
}

/** The sockets that listen on the port, as a process's open files name them. */
function listeners(table: string, port: number): string[] {
  const rows = table.split('\n').map((line) => line.trim().split(/\s+/));
  const ours = rows.filter(
    ([, local, , state]) => state === LISTEN && Number.parseInt(local?.split(':')[1] ?? '', 16) === port,
  );
  return ours.map((row) => `socket:[${row[9]}]`);
}

async function holds(pid: string, sockets: Set<string>): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  const files = await readdir(folder).catch(() => []);
  const targets = await Promise.all(files.map((file) => readlink(`${folder}/${file}`).catch(() => '')));
  return targets.some((target) => sockets.has(target));
}
