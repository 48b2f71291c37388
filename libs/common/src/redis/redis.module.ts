import { type DynamicModule, Global, Inject, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Redis, type RedisOptions } from 'ioredis';
import type { SharedEnv } from '../env/shared.settings.js';
import { Rarely } from '../logging/rarely.js';
import { Metrics } from '../metrics/metrics.js';
import { watched } from './watched.js';

/** Injection token of an app's shared Redis connection (commands wait while Redis is away). */
export const REDIS = Symbol('REDIS');

const log = new Logger('Redis');
/** The connections of a process lose Redis together, and say so once. */
const rarely = new Rarely();

/** A connection to the Redis of the settings, with these options and no others. */
export function redisOf(env: SharedEnv, options: RedisOptions): Redis {
  if (env.REDIS_URL) return new Redis(env.REDIS_URL, options);
  const { REDIS_HOST: host, REDIS_PORT: port, REDIS_PASSWORD: password } = env;
  return new Redis({ host, port, ...(password && { password }), ...options });
}

/** Makes a further connection with the app's settings, for what must not share one: subscribers, blocking reads, the limiter. */
export function connectRedis(env: SharedEnv, options: RedisOptions = {}): Redis {
  // Scripts and streams retry by themselves; a finite count would reject commands the callers cannot lose.
  const redis = redisOf(env, {
    maxRetriesPerRequest: null,
    retryStrategy: (tries) => Math.min(tries * 100, 2000),
    ...options,
  });
  redis.on('error', (error: Error) => {
    if (rarely.isDue())
      log.warn({ reason: reasonOf(error) }, 'Redis does not answer; going on without it, and trying again');
  });
  redis.on('ready', () => {
    if (rarely.over()) log.log('Redis answers again');
  });
  return redis;
}

/** A name with several addresses fails once for each, and says nothing itself. */
function reasonOf(error: Error & { code?: string }): string {
  return error.message || (error.code ?? error.name);
}

/** Gives the app's shared connection to whoever injects `REDIS`, and closes it at the end. */
@Global()
@Module({})
export class RedisModule implements OnApplicationShutdown {
  constructor(@Inject(REDIS) private readonly redis: Redis) {}

  static connect(env: SharedEnv): DynamicModule {
    return {
      module: RedisModule,
      providers: [
        {
          provide: REDIS,
          inject: [Metrics],
          useFactory: (metrics: Metrics) =>
            watched(connectRedis(env, { enableAutoPipelining: true }), 'shared', metrics),
        },
      ],
      exports: [REDIS],
    };
  }

  onApplicationShutdown(): void {
    this.redis.disconnect();
  }
}
