import { SettingsError } from '../env/env.js';
import type { SharedEnv } from '../env/shared.settings.js';
import { redisOf } from './redis.module.js';

/** What Redis says to a wrong password, user or none. */
const REFUSED = /^(WRONGPASS|NOAUTH|NOPERM|ERR invalid password|ERR AUTH|ERR Client sent AUTH)/;
const PATIENCE_MS = 1000;

/** Rejects with a {@link SettingsError} when Redis refuses the password. A Redis that does not answer is none of its business. */
export async function redisLetsIn(env: SharedEnv): Promise<void> {
  if (env.REDIS_URL && !/^rediss?:\/\//.test(env.REDIS_URL)) {
    throw new SettingsError(['REDIS_URL: must begin with redis:// or rediss://']);
  }
  const redis = redisOf(env, {
    lazyConnect: true,
    connectTimeout: PATIENCE_MS,
    commandTimeout: PATIENCE_MS,
    retryStrategy: () => null,
  });
  let said = '';
  redis.on('error', (error: Error) => (said = error.message));
  try {
    await redis.connect();
    await redis.ping();
  } catch (error) {
    const reason = [said, (error as Error).message].find((text) => REFUSED.test(text));
    if (reason) throw new SettingsError([`REDIS_URL, REDIS_PASSWORD: Redis refuses us: ${reason}`]);
  } finally {
    redis.disconnect();
  }
}
