import { MONGODB, REDIS, type Engine, type Env, type Log, type Step } from './engine.ts';
import { cached } from './places/cache.ts';
import { givenMongo, givenRedis, type RedisAddress } from './places/given.ts';
import { downloaded } from './places/mongo-download.ts';
import { onPath } from './places/on-path.ts';
import { fromWheel } from './places/wheels.ts';

/** An engine that runs somewhere already and is never started or stopped by us. */
export type GivenMongo = { uri: string };
export type GivenRedis = { address: RedisAddress };
/** An engine we start ourselves. */
export type Binary = { binary: string };

export interface Engines {
  mongo: GivenMongo | Binary;
  redis: GivenRedis | Binary;
}

interface Place {
  name: string;
  look: Step;
}

interface Search {
  env: Env;
  log: Log;
  places?: Place[];
}

const PATH_AND_CACHE: Place[] = [
  { name: 'the PATH', look: onPath },
  { name: 'the cache of earlier downloads', look: cached },
];
const WHEEL: Place = { name: 'a Python wheel (pip)', look: fromWheel };

/** Where each engine is looked for, in this order. */
export const PLACES = {
  MongoDB: [...PATH_AND_CACHE, { name: "MongoDB's own download", look: downloaded }, WHEEL],
  Redis: [...PATH_AND_CACHE, WHEEL],
} satisfies Record<Engine['name'], Place[]>;

/** Finds or fetches both engines. */
export async function findEngines(env: Env, log: Log): Promise<Engines> {
  const uri = givenMongo(env);
  const address = givenRedis(env);
  const [mongo, redis] = await Promise.all([
    uri ? { uri } : findBinary(MONGODB, { env, log }),
    address ? { address } : findBinary(REDIS, { env, log }),
  ]);
  return { mongo, redis };
}

/** Finds or fetches one engine's binary. */
export async function findBinary(engine: Engine, { env, log, places = PLACES[engine.name] }: Search): Promise<Binary> {
  const tried: string[] = [];
  for (const { name, look } of places) {
    try {
      return { binary: await look(engine, env, log) };
    } catch (error) {
      tried.push(`  - ${name}: ${(error as Error).message}`);
    }
  }
  throw new Error(nothingFound(engine, tried));
}

function nothingFound(engine: Engine, tried: string[]): string {
  const setting = engine.name === 'MongoDB' ? 'MONGODB_URI (a replica set)' : 'REDIS_URL, or REDIS_HOST and REDIS_PORT';
  return [
    `No ${engine.name} was found. Tried:`,
    ...tried,
    'Three ways out:',
    `  1. install it: ${engine.commands.join(' or ')}, version ${engine.oldest} or newer, on the PATH`,
    `  2. use one that runs already: set ${setting}`,
    '  3. run everything in containers: docker compose up',
  ].join('\n');
}
