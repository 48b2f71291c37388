import type { Env } from '../engine.ts';

export interface RedisAddress {
  host: string;
  port: number;
  /** Kept whole, as it may carry a user, a password, a database or TLS. */
  url?: string;
}

/** Step 1 for MongoDB: the address in the settings. */
export function givenMongo(env: Env): string | undefined {
  return env.MONGODB_URI || undefined;
}

/** Step 1 for Redis: the address in the settings; REDIS_URL wins over REDIS_HOST and REDIS_PORT. */
export function givenRedis(env: Env): RedisAddress | undefined {
  if (env.REDIS_URL) {
    const url = parse(env.REDIS_URL);
    return { host: url.hostname, port: Number(url.port || 6379), url: env.REDIS_URL };
  }
  if (env.REDIS_HOST) return { host: env.REDIS_HOST, port: Number(env.REDIS_PORT || 6379) };
  return undefined;
}

function parse(text: string): URL {
  const url = URL.parse(text);
  if (url && /^rediss?:$/.test(url.protocol) && url.hostname) return url;
  throw new Error('REDIS_URL is no address such as redis://host:6379');
}
