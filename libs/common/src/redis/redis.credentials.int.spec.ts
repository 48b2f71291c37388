import { Redis } from 'ioredis';
import type { SharedEnv } from '../env/shared.settings.js';
import { startTestRedis, type TestRedis } from '@app/testing/engines.js';
import { redisLetsIn } from './redis.credentials.js';

let server: TestRedis;

beforeAll(async () => {
  server = await startTestRedis();
  const admin = new Redis(server.url);
  await admin.config('SET', 'requirepass', 'right');
  admin.disconnect();
});
afterAll(() => server.stop());

const at = (url: string) => redisLetsIn({ REDIS_URL: url } as SharedEnv);
const as = (user: string) => server.url.replace('redis://', `redis://${user}@`);

describe('the password of Redis', () => {
  it('is right, or nobody is there to refuse it', async () => {
    await at(as(':right'));
    await at('redis://127.0.0.1:1');
  });

  it.each([
    ['is wrong', () => as(':wrong'), 'WRONGPASS'],
    ['is missing', () => server.url, 'NOAUTH'],
    ['belongs to nobody', () => as('ana:right'), 'WRONGPASS'],
  ])('%s, and that is said', async (_what, url, says) => {
    await expect(at(url())).rejects.toThrow(`Redis refuses us: ${says}`);
  });

  it('has an address of the right form', async () => {
    await expect(at('localhost:6379')).rejects.toThrow('REDIS_URL: must begin with redis:// or rediss://');
  });
});
