import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import type { Env } from '../engines/engine.ts';

/** The environment wins over `.env`; what is empty counts as not set, as it does for the apps. */
export async function readSettings(root: string, environment: Env): Promise<Env> {
  const file = join(root, '.env');
  const dotEnv = existsSync(file) ? parseEnv(await readFile(file, 'utf8')) : {};
  const isSet = ([, value]: [string, string | undefined]): boolean => value !== undefined && value !== '';
  return Object.fromEntries(Object.entries({ ...dotEnv, ...environment }).filter(isSet));
}

/** The secret of the settings, or one made up the first time and kept with the data. */
export async function jwtSecret(env: Env, dataDir: string): Promise<string> {
  if (env.JWT_SECRET) return env.JWT_SECRET;
  const file = join(dataDir, 'jwt-secret');
  await mkdir(dataDir, { recursive: true });
  const made = join(dataDir, `jwt-secret.${process.pid}-${randomUUID()}`);
  await writeFile(made, randomBytes(36).toString('base64url'), { mode: 0o600 });
  // The first one wins, and nobody reads half of it.
  await link(made, file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await rm(made);
  return readFile(file, 'utf8');
}
