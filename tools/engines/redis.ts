import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ask, soon, until } from './port.ts';
import { lastLines, launch, type Command, type Running } from './process.ts';

export interface RedisOptions {
  binary: string;
  port: number;
  logFile: string;
  /** Where the data is kept; without it nothing is. */
  dataDir?: string;
  leash?: Command['leash'];
  /** Told as soon as the process exists, long before it is ready. */
  onLaunch?: (process: Running) => void;
}

export interface RunningRedis extends Running {
  host: string;
  port: number;
  url: string;
}

const READY_MS = 60_000;

/** Starts Redis (or Valkey) on 127.0.0.1 and waits until it answers. */
export async function startRedis(options: RedisOptions): Promise<RunningRedis> {
  const { binary, port, logFile, dataDir, leash } = options;
  if (dataDir) await mkdir(dataDir, { recursive: true });
  const keeping = dataDir ? ['--appendonly', 'yes', '--save', '900', '1'] : ['--appendonly', 'no', '--save', ''];
  const place = ['--dir', dataDir ?? dirname(logFile), '--port', String(port), '--bind', '127.0.0.1'];
  const process = await launch({ command: binary, args: [...place, ...keeping], logFile, leash });
  options.onLaunch?.(process);
  try {
    // While it loads its data it answers -LOADING.
    await until(async () => (await ask(port, 'PING\r\n'))?.startsWith('+PONG') ?? false, process.exited, READY_MS);
    // Somebody else may have had the port all along, and answered.
    const itself = (await ask(port, 'INFO server\r\n'))?.includes(`\r\nprocess_id:${process.pid}\r\n`);
    if (!itself) throw new Error((await soon(process.exited)) ?? `another process answers on port ${port}`);
  } catch (error) {
    await process.stop(0);
    throw new Error(`Redis did not start: ${(error as Error).message}\n${await lastLines(logFile)}`, { cause: error });
  }
  return { ...process, host: '127.0.0.1', port, url: `redis://127.0.0.1:${port}` };
}
