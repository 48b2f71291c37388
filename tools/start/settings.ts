import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Env } from '../engines/engine.ts';
import { readUp, type UpFile } from '../up/suite/record.ts';
import { metricsPortOf } from '../up/suite/apps.ts';
import { runs } from '../up/suite/identity.ts';

const NO_SECRET = 'The running up was given JWT_SECRET as a setting: give this node the same.';

/** The settings of one more chat node: what is set, then what a running `up` has, which is its cluster. */
export async function nodeSettings(env: Env, dataDir: string, port = env.PORT ?? '3005'): Promise<Env> {
  const up = readUp(join(dataDir, 'up.json'));
  const shared = up && runs(up) ? await settingsOf(up, env, dataDir) : {};
  const own = { NODE_NAME: `chat-${port}`, METRICS_PORT: String(metricsPortOf(Number(port))) };
  return { NODE_ENV: 'production', ...own, ...shared, ...env, PORT: port };
}

async function settingsOf(up: UpFile, env: Env, dataDir: string): Promise<Env> {
  if (!up.engines) throw new Error('up is still starting: try again when it has printed its table.');
  if (up.secretGiven && !env.JWT_SECRET) throw new Error(NO_SECRET);
  const secret = up.secretGiven ? undefined : await readFile(join(dataDir, 'jwt-secret'), 'utf8');
  const media = up.processes.find(({ name }) => name === 'media')?.address;
  // An address that is set in parts is not overruled by ours, which is whole.
  const redis = env.REDIS_URL || env.REDIS_HOST ? {} : { REDIS_URL: up.engines.redis };
  return { MONGODB_URI: up.engines.mongodb, ...redis, JWT_SECRET: secret, MEDIA_SERVICE_URL: media };
}
