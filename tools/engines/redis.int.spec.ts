import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { REDIS } from './engine.ts';
import { findBinary } from './find.ts';
import { freePort } from './port.ts';
import { startRedis, type RedisOptions } from './redis.ts';

jest.setTimeout(60_000);

let folder: string;
let options: RedisOptions;

beforeEach(async () => {
  const { binary } = await findBinary(REDIS, { env: process.env, log: console.log });
  folder = await mkdtemp(join(tmpdir(), 'parley-redis-'));
  options = { binary, port: await freePort(), logFile: join(folder, 'log'), leash: true };
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** Starts it, asks, stops it. */
async function ask<T>(question: (redis: Redis) => Promise<T>, dataDir?: string): Promise<T> {
  const server = await startRedis({ ...options, dataDir });
  const redis = new Redis(server.url);
  const answer = await question(redis);
  await redis.quit();
  await server.stop();
  expect(await server.exited).toBe('code 0');
  return answer;
}

it('keeps its data over a restart when it has a folder, and none without', async () => {
  const data = join(folder, 'data');
  await ask((redis) => redis.set('name', 'ana'), data);
  expect(await ask((redis) => redis.get('name'), data)).toBe('ana');
  await ask((redis) => redis.set('name', 'ben'));
  expect(await ask((redis) => redis.get('name'))).toBeNull();
});

it('listens on this machine only', async () => {
  expect(await ask((redis) => redis.config('GET', 'bind'))).toEqual(['bind', '127.0.0.1']);
});

it('says what Redis says when it cannot start', async () => {
  const first = await startRedis(options);
  await expect(startRedis(options)).rejects.toThrow(/^Redis did not start: code 1\n.*Address already in use/s);
  await first.stop(0);
});
