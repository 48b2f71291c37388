import { Redis } from 'ioredis';
import { startTestRedis, type TestRedis } from '@app/testing/engines.js';
import { keys } from '../redis/keys.js';
import { EventPublisher } from './event.publisher.js';

const STREAM = keys.eventStream('message.deleted');
const HOUR = 60 * 60 * 1000;

let server: TestRedis;
let redis: Redis;

beforeAll(async () => {
  server = await startTestRedis();
  redis = new Redis(server.url);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

describe('a published event', () => {
  it('stays a day on the stream: what is older goes, in blocks of a hundred, what is younger stays', async () => {
    const [old, young] = [Date.now() - 25 * HOUR, Date.now() - 23 * HOUR];
    for (const at of [old, young]) {
      const asked = redis.pipeline();
      for (let n = 0; n < 500; n++) asked.xadd(STREAM, `${at}-${n}`, 'event', '{}');
      await asked.exec();
    }
    const conversation = { id: 'c', kind: 'direct' } as const;
    const place = { conversation, participantCount: 2, participantIds: ['ana', 'ben'] };
    const data = { ...place, messageId: 'm', deletedBy: 'ana', change: 1 };
    const event = { id: 'm.deleted', source: 'test', subject: 'c', time: new Date(0).toISOString(), data };
    await new EventPublisher(redis).publish('message.deleted', event);
    const ids = (await redis.xrange(STREAM, '-', '+')).map(([id]) => Number(id.split('-')[0]));
    expect(ids.filter((at) => at === old).length).toBeLessThan(100);
    expect(ids.filter((at) => at === young)).toHaveLength(500);
    expect(ids).toHaveLength(ids.filter((at) => at <= young).length + 1);
  });
});
