import { Redis } from 'ioredis';
import mongoose from 'mongoose';
import { startNodes } from '../../tools/test/nodes.ts';
import { startGateway } from '../gateway/gateway.ts';
import { Crowd } from './crowd.ts';
import { type Footprint, footprintOf } from './footprint.ts';

const CROWDS = [1000, 5000];
const MESSAGES = 100_000;
const MANY = '100000000';

/** What people who are online and messages that are kept take of memory and disk. Linux only. */
async function main(): Promise<void> {
  const unlimited = { REQUEST_RATE_LIMIT: MANY, SOCKETS_PER_USER: MANY, JOIN_RATE_LIMIT: MANY };
  const cluster = await startNodes(1, unlimited);
  const gateway = await startGateway(cluster);
  const redis = new Redis(cluster.engines.redis.url);
  const client = new mongoose.mongo.MongoClient(cluster.mongoUri);
  const pids = { chat: cluster.nodes[0]?.pid ?? 0, gateway: gateway.running.pid };
  const crowd = new Crowd(gateway.url, cluster.secret);
  try {
    // What is loaded at the first use is nobody's own.
    await crowd.grow(50);
    const before = await footprintOf(pids, redis);
    for (const people of CROWDS) {
      await crowd.grow(people + 50);
      const after = await footprintOf(pids, redis);
      console.log(`${people} sockets, each in ten groups of 50: ${told(before, after, people)}`);
    }
    crowd.leave();
    await crowd.say(MESSAGES);
    console.log(await keptIn(client.db(), redis));
  } finally {
    crowd.leave();
    redis.disconnect();
    await client.close();
    await gateway.running.stop();
    await cluster.end();
  }
}

function told(before: Footprint, after: Footprint, people: number): string {
  const each = (name: keyof Footprint): string => `${((after[name] - before[name]) / people / 1024).toFixed(1)} KiB`;
  const whole = (name: keyof Footprint): string => `${Math.round(after[name] / 1024 / 1024)} MiB`;
  return [
    `chat ${whole('chat')} resident, ${each('chat')} a socket`,
    `gateway ${whole('gateway')} resident, ${each('gateway')} a socket`,
    `Redis ${each('redis')} a person`,
  ].join('; ');
}

/** Bytes of a message in MongoDB, and of its event in Redis. */
async function keptIn(db: Database, redis: Redis): Promise<string> {
  await db.admin().command({ fsync: 1 });
  const [stats] = await db
    .collection('messages')
    .aggregate<{ storageStats: Stats }>([{ $collStats: { storageStats: {} } }])
    .toArray();
  const { count = 1, size = 0, storageSize = 0, totalIndexSize = 0 } = stats?.storageStats ?? {};
  const of = (bytes: number, number: number): string => `${Math.round(bytes / number)} bytes`;
  const stream = 'events:message.created:stream';
  const [events, taken] = [await redis.xlen(stream), await redis.memory('USAGE', stream, 'SAMPLES', 0)];
  return [
    `${count} messages of 64 random letters: a document ${of(size, count)}`,
    `on disk ${of(storageSize, count)} and its indexes ${of(totalIndexSize, count)}`,
    `an event in Redis ${of(taken ?? 0, events)} (${events})`,
  ].join('; ');
}

type Stats = Partial<Record<'count' | 'size' | 'storageSize' | 'totalIndexSize', number>>;
type Database = ReturnType<InstanceType<typeof mongoose.mongo.MongoClient>['db']>;

await main();
