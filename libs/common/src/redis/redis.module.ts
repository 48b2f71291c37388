import { type DynamicModule, Global, Inject, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Redis, type RedisOptions } from 'ioredis';
import type { SharedEnv } from '../env/shared.settings.js';

/** Injection token of an app's shared Redis connection (commands wait while Redis is away). */
export const REDIS = Symbol('REDIS');

/** Makes a further connection with the app's settings, for what must not share one: subscribers, blocking reads, the limiter. */
export function connectRedis(env: SharedEnv, options: RedisOptions = {}): Redis {
  const log = new Logger('Redis');
  // Scripts and streams retry by themselves; a finite count would reject commands the callers cannot lose.
  const all: RedisOptions = {
    maxRetriesPerRequest: null,
    retryStrategy: (tries) => Math.min(tries * 100, 2000),
    ...options,
  };
  const redis = env.REDIS_URL
    ? new Redis(env.REDIS_URL, all)
    : new Redis({
        host: env.REDIS_HOST,
        port: env.REDIS_PORT,
        ...(env.REDIS_PASSWORD && { password: env.REDIS_PASSWORD }),
        ...all,
      });
  let said = '';
  redis.on('error', (error: Error) => {
    if (error.message !== said) log.warn({ err: error.message }, 'Redis does not answer; trying again');
    said = error.message;
  });
  redis.on('ready', () => (said = ''));
  return redis;
}

/** Gives the app's shared connection to whoever injects `REDIS`, and closes it at the end. */
@Global()
@Module({})
export class RedisModule implements OnApplicationShutdown {
  constructor(@Inject(REDIS) private readonly redis: Redis) {}

  static connect(env: SharedEnv): DynamicModule {
    return {
      module: RedisModule,
      providers: [{ provide: REDIS, useFactory: () => connectRedis(env, { enableAutoPipelining: true }) }],
      exports: [REDIS],
    };
  }

  onApplicationShutdown(): void {
    this.redis.disconnect();
  }
}
