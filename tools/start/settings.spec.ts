import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identify } from '../up/suite/identity.ts';
import { nodeSettings } from './settings.ts';

let data: string;
const engines = { mongodb: 'mongodb://127.0.0.1:27018/parley', redis: 'redis://127.0.0.1:6380' };
const processes = [{ name: 'media', address: 'http://127.0.0.1:3007', pid: 1, started: '', logFile: '' }];

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'parley-start-'));
  await mkdir(data, { recursive: true });
  await writeFile(join(data, 'jwt-secret'), 'kept');
});

afterEach(() => rm(data, { recursive: true, force: true }));

const isUp = (more: object): Promise<void> =>
  writeFile(join(data, 'up.json'), JSON.stringify({ ...identify(process.pid), processes, ...more }));

it('joins the cluster of a running up', async () => {
  await isUp({ engines });
  expect(await nodeSettings({}, data, '3025')).toEqual({
    NODE_ENV: 'production',
    NODE_NAME: 'chat-3025',
    METRICS_PORT: '9489',
    PORT: '3025',
    MONGODB_URI: engines.mongodb,
    REDIS_URL: engines.redis,
    JWT_SECRET: 'kept',
    MEDIA_SERVICE_URL: 'http://127.0.0.1:3007',
  });
});

it('lets what is set win, and stands alone without an up', async () => {
  await isUp({ engines });
  const env = { REDIS_HOST: 'cache', JWT_SECRET: 'mine' };
  const settings = await nodeSettings(env, data);
  expect(settings).toMatchObject({ PORT: '3005', REDIS_HOST: 'cache', JWT_SECRET: 'mine' });
  expect(settings).not.toHaveProperty('REDIS_URL');
  await rm(join(data, 'up.json'));
  expect(await nodeSettings({ PORT: '4000' }, data)).toEqual({
    NODE_ENV: 'production',
    NODE_NAME: 'chat-4000',
    METRICS_PORT: '10464',
    PORT: '4000',
  });
});

it('says when up is not ready, or has a secret that this node was not given', async () => {
  await isUp({});
  await expect(nodeSettings({}, data)).rejects.toThrow('up is still starting');
  await isUp({ engines, secretGiven: true });
  await expect(nodeSettings({}, data)).rejects.toThrow('give this node the same');
});
