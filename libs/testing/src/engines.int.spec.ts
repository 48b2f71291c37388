import { Redis } from 'ioredis';
import mongoose from 'mongoose';
import { startTestRedis, testMongo } from './engines.js';

describe('the engines of a test', () => {
  it('give each caller a database of its own, on a replica set with transactions', async () => {
    const [one, other] = await Promise.all(
      [testMongo('engines'), testMongo('engines')].map(({ uri }) => mongoose.createConnection(uri).asPromise()),
    );
    if (!one || !other) throw new Error('no connection');
    await one.transaction((session) => one.collection('things').insertOne({ a: 1 }, { session }));
    expect(await one.collection('things').countDocuments()).toBe(1);
    expect(await other.collection('things').countDocuments()).toBe(0);
    await one.dropDatabase();
    await Promise.all([one.close(), other.close()]);
  });

  it('give a Redis that can be frozen, thawed and stopped', async () => {
    const server = await startTestRedis();
    const redis = new Redis(server.url, { commandTimeout: 200, retryStrategy: null });
    redis.on('error', () => undefined);
    await redis.set('a', '1');
    server.freeze();
    await expect(redis.get('a')).rejects.toThrow('Command timed out');
    server.thaw();
    expect(await redis.get('a')).toBe('1');
    const gone = new Promise((done) => redis.once('end', done));
    await server.stop();
    await gone;
    expect(() => process.kill(server.pid, 0)).toThrow('ESRCH');
  });
});
