import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { getConnectionToken } from '@nestjs/mongoose';
import { Test, type TestingModule } from '@nestjs/testing';
import type { Redis } from 'ioredis';
import type { Connection } from 'mongoose';
import { startTestRedis, testMongo, type TestRedis } from '@app/testing/engines.js';
import type { SharedEnv } from '../env/shared.settings.js';
import { MongoModule } from '../mongo/mongo.module.js';
import { REDIS, RedisModule } from '../redis/redis.module.js';
import { Metrics } from './metrics.js';
import { MetricsModule } from './metrics.module.js';

let server: TestRedis;
let module: TestingModule;
let redis: Redis;
let mongo: Connection;

beforeAll(async () => {
  server = await startTestRedis();
  module = await Test.createTestingModule({
    imports: [
      MetricsModule,
      MongoModule.connect(testMongo().uri, 'metrics'),
      RedisModule.connect({ REDIS_URL: server.url } as SharedEnv),
    ],
  }).compile();
  await module.init();
  redis = module.get<Redis>(REDIS);
  mongo = module.get<Connection>(getConnectionToken());
});
afterAll(async () => {
  await module.close();
  await server.stop();
});

async function value(series: string): Promise<number | undefined> {
  const { body } = await module.get(Metrics).text();
  const line = body.split('\n').find((one) => one.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

async function until(series: string, wanted: number): Promise<void> {
  while ((await value(series)) !== wanted) await pause(20);
}

const redisCount = (command: string, outcome: string) =>
  `parley_redis_command_duration_seconds_count{command="${command}",outcome="${outcome}"}`;
const mongoCount = (command: string, outcome: string) =>
  `parley_mongo_command_duration_seconds_count{command="${command}",outcome="${outcome}"}`;

describe('what an app asks Redis', () => {
  it('is counted by command and outcome, pipelined or not', async () => {
    await Promise.all([redis.set('a', '1'), redis.set('b', '2'), redis.get('a')]);
    await redis.multi().get('a').exec();
    await expect(redis.lpush('a', 'no list')).rejects.toThrow('WRONGTYPE');
    expect(await value(redisCount('set', 'ok'))).toBe(2);
    expect(await value(redisCount('get', 'ok'))).toBe(2);
    expect(await value(redisCount('lpush', 'failed'))).toBe(1);
    expect(await value(redisCount('lpush', 'ok'))).toBe(0);
  });

  it('is counted once when it waited for a new connection, and the loss is told', async () => {
    await until('parley_redis_up{connection="shared"}', 1);
    redis.disconnect(true);
    await once(redis, 'close');
    const asked = redis.get('waited');
    expect(await value('parley_redis_up{connection="shared"}')).toBe(0);
    await asked;
    expect(await value(redisCount('get', 'ok'))).toBe(3);
    expect(await value('parley_redis_up{connection="shared"}')).toBe(1);
    expect(await value('parley_redis_connections_lost_total{connection="shared"}')).toBe(1);
  });
});

describe('what an app asks MongoDB', () => {
  it('is counted by command and outcome', async () => {
    const things = mongo.collection<{ _id: number }>('things');
    await things.insertMany([{ _id: 1 }, { _id: 2 }]);
    await things.find().toArray();
    await expect(mongo.db?.command({ noSuchCommand: 1 })).rejects.toThrow('no such command');
    expect(await value(mongoCount('insert', 'ok'))).toBe(1);
    expect(await value(mongoCount('find', 'ok'))).toBe(1);
    expect(await value(mongoCount('noSuchCommand', 'failed'))).toBe(1);
  });

  it('shares connections of a pool, whose use is told', async () => {
    expect(await value('parley_mongo_up')).toBe(1);
    const slow = mongo.db?.command({ find: 'things', filter: { $where: 'sleep(300) || true' } });
    await until('parley_mongo_connections{state="in_use"}', 1);
    await slow;
    expect(await value('parley_mongo_connections{state="in_use"}')).toBe(0);
    expect(await value('parley_mongo_connections{state="idle"}')).toBeGreaterThan(0);
    expect(await value('parley_mongo_connection_wait_seconds_count')).toBeGreaterThan(3);
  });
});
