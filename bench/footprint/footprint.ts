import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';

/** Bytes of memory: resident of each process, used of Redis. */
export type Footprint = Record<'chat' | 'gateway' | 'redis', number>;

const LOOKS = 20;

/** The least that is seen for a while, so that what a garbage collection has yet to take is not counted. */
export async function footprintOf(pids: { chat: number; gateway: number }, redis: Redis): Promise<Footprint> {
  const least: Footprint = { chat: Infinity, gateway: Infinity, redis: Infinity };
  for (let look = 0; look < LOOKS; look++) {
    await sleep(1000);
    const seen = { chat: await resident(pids.chat), gateway: await resident(pids.gateway), redis: await used(redis) };
    for (const name of ['chat', 'gateway', 'redis'] as const) least[name] = Math.min(least[name], seen[name]);
  }
  return least;
}

async function resident(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) * 1024;
}

async function used(redis: Redis): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1] ?? Number.NaN);
}
