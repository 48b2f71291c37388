import { setTimeout as pause } from 'node:timers/promises';
import { mongo } from 'mongoose';
import { SettingsError } from '../env/env.js';
import { Rarely } from '../logging/rarely.js';
import { patiently } from './patience.js';

/** Where to say what is waited for. */
export interface Telling {
  info(about: object, message: string): void;
  warn(about: object, message: string): void;
}

/** How long one question may take, and the pause before the next. */
const PATIENCE_MS = 3000;
const PAUSE_MS = 1000;
const IMPATIENT = { serverSelectionTimeoutMS: 2000, connectTimeoutMS: 2000, socketTimeoutMS: 2000, maxPoolSize: 1 };
/** AuthenticationFailed, Unauthorized, and what a hosted MongoDB says instead: nothing that waiting cures. */
const REFUSED = new Set<unknown>([18, 13, 8000]);

/**
 * Resolves when MongoDB answers: a replica set with a primary, which knows who we are. Until then it says what it waits
 * for, ever more rarely. Rejects with a {@link SettingsError} for an address or a password that waiting does not cure.
 */
export async function mongoAnswers(uri: string, log: Telling): Promise<void> {
  const hosts = hostsOf(uri);
  const rarely = new Rarely();
  for (let reason = await refusal(uri); reason !== undefined; reason = await refusal(uri)) {
    if (rarely.isDue()) log.warn({ mongodb: hosts, reason }, 'waiting for MongoDB');
    await pause(PAUSE_MS);
  }
  if (rarely.over()) log.info({ mongodb: hosts }, 'MongoDB answers');
}

function hostsOf(uri: string): string {
  try {
    const { srvHost, hosts } = new mongo.MongoClient(uri).options;
    return srvHost ?? hosts.map(String).join(', ');
  } catch (error) {
    throw new SettingsError([`MONGODB_URI: ${(error as Error).message}`]);
  }
}

/** Why it cannot be used yet, or undefined. A client whose first try failed is of no more use. */
async function refusal(uri: string): Promise<string | undefined> {
  const client = new mongo.MongoClient(uri, IMPATIENT);
  try {
    return await patiently(PATIENCE_MS, question(client));
  } catch (error) {
    if (error instanceof SettingsError) throw error;
    const { code, message } = error as { code?: unknown; message: string };
    if (REFUSED.has(code)) throw new SettingsError([`MONGODB_URI: MongoDB refuses its user: ${message}`]);
    return message;
  } finally {
    await client.close();
  }
}

async function question(client: mongo.MongoClient): Promise<undefined> {
  const hello = await client.db('admin').command({ hello: 1 });
  if (!hello.setName && hello.msg !== 'isdbgrid') {
    throw new SettingsError([
      'MONGODB_URI: this MongoDB is no replica set (mongod --replSet), which transactions need',
    ]);
  }
  // Unlike `hello`, this one asks who we are.
  await client.db().command({ listCollections: 1, nameOnly: true });
}
