import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Nodes } from '../../tools/test/nodes.ts';
import { type Pair, Talkers } from './talkers.ts';

/** What a run was, and what it took of each server. */
export interface Cost {
  acks: number;
  seconds: number;
  p50Ms: number;
  p99Ms: number;
  worstMs: number;
  refused: number;
  /** CPU-seconds of each process. */
  cpu: Map<string, number>;
}

const PAIRS = 100;
/** Long enough for the compilers inside Node to be done. */
const WARM_MS = 6000;
const MEASURED_MS = 10_000;

/** Lets a hundred pairs talk, whose people sit on neighbouring nodes, and counts what that costs once all is warm. */
export async function costOf(cluster: Nodes, bothSend: boolean): Promise<Cost> {
  const urls = cluster.nodes.map(({ url }) => url);
  const at = (n: number): string => urls[n % urls.length] ?? '';
  const pairs = Array.from({ length: PAIRS }, (_, n): Pair => ({ urls: [at(n), at(n + 1)], bothSend }));
  const talkers = new Talkers(cluster.secret);
  await talkers.connect(pairs);
  await talkers.talk(WARM_MS);
  const before = await cpuOf(cluster);
  const from = performance.now();
  await talkers.talk(MEASURED_MS);
  const seconds = (performance.now() - from) / 1000;
  const after = await cpuOf(cluster);
  talkers.close();
  const waits = talkers.waits.sort((a, b) => a - b);
  const wait = (part: number): number => waits[Math.floor(part * (waits.length - 1))] ?? 0;
  const cpu = new Map([...after].map(([name, used]) => [name, used - (before.get(name) ?? 0)]));
  const { refused } = talkers;
  return { acks: waits.length, seconds, p50Ms: wait(0.5), p99Ms: wait(0.99), worstMs: wait(1), refused, cpu };
}

/** CPU-seconds that each server has used so far. */
async function cpuOf({ nodes, engines }: Nodes): Promise<Map<string, number>> {
  const ticks = Number((await promisify(execFile)('getconf', ['CLK_TCK'])).stdout);
  const servers = [...nodes, { name: 'mongod', ...engines.mongodb }, { name: 'redis', ...engines.redis }];
  const used = servers.map(async ({ name, pid }): Promise<[string, number]> => {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // After the name, which may hold spaces: the 14th and 15th fields are user and system time.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return [name, (Number(fields[11]) + Number(fields[12])) / ticks];
  });
  return new Map(await Promise.all(used));
}
