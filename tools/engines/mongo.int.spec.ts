import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mongoose from 'mongoose';
import { findBinary } from './find.ts';
import { MONGODB } from './engine.ts';
import { startMongo, type MongoOptions, type RunningMongo } from './mongo.ts';
import { freePorts } from './port.ts';

jest.setTimeout(60_000);

let folder: string;
let options: (port: number) => MongoOptions;

beforeAll(async () => {
  const { binary } = await findBinary(MONGODB, { env: process.env, log: console.log });
  folder = await mkdtemp(join(tmpdir(), 'parley-mongo-'));
  const place = { dataDir: join(folder, 'data'), logFile: join(folder, 'log') };
  options = (port) => ({ binary, port, ...place, leash: true });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function using<T>(mongo: RunningMongo, work: (things: Things) => Promise<T>): Promise<T> {
  const connection = await mongoose.createConnection(mongo.uri, { dbName: 'kept' }).asPromise();
  try {
    return await work(connection.collection('things'));
  } finally {
    await connection.close();
  }
}

type Things = ReturnType<mongoose.Connection['collection']>;

it('keeps its data when it is stopped, when it is killed, and when its port is another one', async () => {
  const [port = 0, other = 0] = await freePorts(2);
  const first = await startMongo(options(port));
  await using(first, (things) => things.insertOne({ step: 1 }));
  await first.stop();
  expect(await first.exited).toBe('code 0');

  const second = await startMongo(options(port));
  await using(second, (things) => things.insertOne({ step: 2 }, { writeConcern: { w: 'majority', j: true } }));
  process.kill(second.pid, 'SIGKILL');
  await second.exited;

  const moved = await startMongo(options(other));
  expect(moved.uri).toContain(`:${other}/`);
  expect(await using(moved, (things) => things.distinct('step'))).toEqual([1, 2]);
  await moved.stop(0);
});

it('says what mongod says when it cannot start', async () => {
  const taken = await new Promise<Server>((done) => {
    const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1', () => done(server));
  });
  const { port } = taken.address() as { port: number };
  await expect(startMongo(options(port))).rejects.toThrow(
    /^MongoDB did not start: code \d+\n.*Address already in use/s,
  );
  await new Promise((done) => taken.close(done));
});

it('does not take another MongoDB on its port for itself', async () => {
  const [port = 0] = await freePorts(1);
  const first = await startMongo(options(port));
  const second = startMongo({ ...options(port), dataDir: join(folder, 'second'), logFile: join(folder, 'second.log') });
  await expect(second).rejects.toThrow('Address already in use');
  await first.stop(0);
});
