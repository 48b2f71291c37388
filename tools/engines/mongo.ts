import { mkdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import mongoose from 'mongoose';
import { ask, until } from './port.ts';
import { launch, type Command, type Running } from './process.ts';

export interface MongoOptions {
  binary: string;
  port: number;
  dataDir: string;
  logFile: string;
  leash?: Command['leash'];
  /** Told as soon as the process exists, long before it is ready. */
  onLaunch?: (process: Running) => void;
}

export interface RunningMongo extends Running {
  port: number;
  uri: string;
}

type Client = InstanceType<typeof mongoose.mongo.MongoClient>;

const SET = 'rs0';
const READY_MS = 60_000;
const NOT_YET_INITIALIZED = 94;

/** Starts mongod on 127.0.0.1 as a replica set of one member and waits until it can be written to. */
export async function startMongo(options: MongoOptions): Promise<RunningMongo> {
  const { binary, port, dataDir, logFile, leash } = options;
  await mkdir(dataDir, { recursive: true });
  const place = ['--dbpath', dataDir, '--port', String(port), '--bind_ip', '127.0.0.1', '--nounixsocket'];
  // A lone member has nobody to step down for, and need not wait for anybody when it stops.
  const stopping = ['--setParameter', 'shutdownTimeoutMillisForSignaledShutdown=100'];
  const args = [...place, '--replSet', SET, '--storageEngine', 'wiredTiger', ...stopping];
  const process = await launch({ command: binary, args, logFile, leash });
  options.onLaunch?.(process);
  try {
    await until(async () => (await ask(port, '')) !== undefined, process.exited, READY_MS);
    await becomePrimary(port, process);
  } catch (error) {
    await process.stop(0);
    throw new Error(`MongoDB did not start: ${(error as Error).message}\n${await complaints(logFile)}`, {
      cause: error,
    });
  }
  return { ...process, port, uri: `mongodb://127.0.0.1:${port}/?replicaSet=${SET}` };
}

async function becomePrimary(port: number, { pid, exited }: Running): Promise<void> {
  const client = new mongoose.mongo.MongoClient(`mongodb://127.0.0.1:${port}`, {
    directConnection: true,
    serverSelectionTimeoutMS: READY_MS,
  });
  const died = exited.then((how) => Promise.reject(new Error(how)));
  try {
    await Promise.race([lead(client, port, pid), died]);
  } finally {
    await client.close();
  }
}

async function lead(client: Client, port: number, pid: number): Promise<void> {
  const admin = client.db('admin');
  // Somebody else may have had the port all along, and must not be told to be ours.
  const status = await admin.command({ serverStatus: 1 });
  if (Number(status.pid) !== pid) {
    // Our own process is about to complain and to end; its words are the better ones.
    await sleep(1_000);
    throw new Error(`another process answers on port ${port}`);
  }
  await formSet(client, `127.0.0.1:${port}`);
  const primary = async (): Promise<boolean> => isPrimary(await admin.command({ hello: 1 }));
  await until(primary, new Promise(() => undefined), READY_MS);
}

function isPrimary(hello: { isWritablePrimary?: boolean }): boolean {
  return hello.isWritablePrimary === true;
}

/** Initiates a new set; an old one whose address has changed is told so, or it would never elect itself. */
async function formSet(client: Client, host: string): Promise<void> {
  const admin = client.db('admin');
  const known = await admin.command({ replSetGetStatus: 1 }).then(
    () => true,
    (error: { code?: number }) => error.code !== NOT_YET_INITIALIZED,
  );
  if (!known) {
    await admin.command({ replSetInitiate: { _id: SET, members: [{ _id: 0, host }] } });
    return;
  }
  const config = await client.db('local').collection<ReplicaSet>('system.replset').findOne({});
  if (!config || config.members[0]?.host === host) return;
  const moved = { ...config, version: config.version + 1, members: [{ ...config.members[0], host }] };
  await admin.command({ replSetReconfig: moved, force: true });
}

interface ReplicaSet {
  _id: string;
  version: number;
  members: { host: string }[];
}

/** What mongod itself says is wrong, out of its log of JSON lines. */
async function complaints(logFile: string): Promise<string> {
  const lines = (await readFile(logFile, 'utf8').catch(() => '')).trim().split('\n').slice(-200);
  const said = lines.map(inWords).filter((line) => line !== undefined);
  return said
    .slice(-5)
    .map((line) => `    ${line.slice(0, 400)}`)
    .join('\n');
}

function inWords(line: string): string | undefined {
  try {
    const { s, msg, attr } = JSON.parse(line) as { s: string; msg: string; attr?: { error?: unknown } };
    if (s !== 'E' && s !== 'F') return undefined;
    return attr?.error ? `${msg}: ${typeof attr.error === 'string' ? attr.error : JSON.stringify(attr.error)}` : msg;
  } catch {
    return line;
  }
}
