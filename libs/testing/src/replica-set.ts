import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import mongoose from 'mongoose';
import { MONGODB } from '../../../tools/engines/engine.ts';
import { findBinary } from '../../../tools/engines/find.ts';
import { ask, freePorts, until } from '../../../tools/engines/port.ts';
import { launch, type Running } from '../../../tools/engines/process.ts';

/** One mongod of a {@link TestReplicaSet}. */
export interface TestMember {
  host: string;
  /** From here on it answers nothing, though its connections stay open. */
  freeze(): void;
  thaw(): void;
  /** `kill -9`: nothing is written any more. */
  kill(): Promise<void>;
  /** Starts it again on the same data and port; it joins its set by itself. */
  restart(): Promise<void>;
}

/** A real replica set of three members, whose data lasts until `stop`. */
export interface TestReplicaSet {
  uri: string;
  members: readonly TestMember[];
  /** The member that a majority follows now; an election under way is waited for. */
  primary(): Promise<TestMember>;
  /** The primary gives its office up in good order; resolves when another member has it. */
  stepDown(): Promise<void>;
  stop(): Promise<void>;
}

const SET = 'parley';
const READY_MS = 60_000;
/** Three members share this machine with much else. */
const SMALL = ['--wiredTigerCacheSizeGB', '0.25'];
/** MongoDB's own patience with a silent primary is ten seconds; here it is two unless a test says more. */
const ELECTION_MS = 2000;
/** A client of members that may be frozen: it asks again soon. */
const IMPATIENT = { heartbeatFrequencyMS: 500, connectTimeoutMS: 1000, socketTimeoutMS: 1000 };

type Client = InstanceType<typeof mongoose.mongo.MongoClient>;

/** Starts a replica set for this test alone. It ends with the test process, should `stop` never be called. */
export async function startTestReplicaSet(electionMs = ELECTION_MS): Promise<TestReplicaSet> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-set-'));
  const { binary } = await findBinary(MONGODB, { env: process.env, log: console.log });
  const at = { leashTo: folder, binary };
  const members = (await freePorts(3)).map((port) => new Member(join(folder, String(port)), { port, ...at }));
  await Promise.all(members.map((member) => member.restart()));
  await initiate(members, electionMs);
  const uri = `mongodb://${members.map(({ host }) => host).join(',')}/test?replicaSet=${SET}`;
  const client = new mongoose.mongo.MongoClient(uri, { ...IMPATIENT, serverSelectionTimeoutMS: READY_MS });
  const primary = () => primaryOf(client, members);
  await primary();
  await Promise.all(members.map((member) => member.joined()));
  const stepDown = async (): Promise<void> => {
    const before = await primary();
    await client.db('admin').command({ replSetStepDown: 5, secondaryCatchUpPeriodSecs: 4 });
    while ((await primary()) === before) await sleep(50);
  };
  const stop = async (): Promise<void> => {
    await client.close();
    await Promise.all(members.map((member) => member.kill()));
    await rm(folder, { recursive: true, force: true });
  };
  return { uri, members, primary, stepDown, stop };
}

class Member implements TestMember {
  readonly host: string;
  private process: Running | undefined;

  constructor(
    private readonly folder: string,
    private readonly at: { port: number; leashTo: string; binary: string },
  ) {
    this.host = `127.0.0.1:${at.port}`;
  }

  async restart(): Promise<void> {
    const { port, leashTo, binary } = this.at;
    const data = join(this.folder, 'data');
    await mkdir(data, { recursive: true });
    const place = ['--dbpath', data, '--port', String(port), '--bind_ip', '127.0.0.1', '--nounixsocket'];
    const args = [...place, '--replSet', SET, ...SMALL];
    const logFile = join(this.folder, 'log');
    this.process = await launch({ command: binary, args, logFile, leash: { folder: leashTo } });
    await until(async () => (await ask(port, '')) !== undefined, this.process.exited, READY_MS);
  }

  freeze(): void {
    this.signal('SIGSTOP');
  }

  thaw(): void {
    this.signal('SIGCONT');
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.process?.exited;
  }

  /** Asks this member itself, whatever its set says. */
  async asked<T>(question: (client: Client) => Promise<T>): Promise<T> {
    const client = new mongoose.mongo.MongoClient(`mongodb://${this.host}`, { directConnection: true });
    try {
      return await question(client);
    } finally {
      await client.close();
    }
  }

  /** Resolves when it has the set's data, as its primary or as a follower. */
  joined(): Promise<void> {
    return this.asked(async (client) => {
      const hello = () => client.db('admin').command({ hello: 1 }) as Promise<Hello>;
      for (let now = await hello(); !now.isWritablePrimary && !now.secondary; now = await hello()) await sleep(50);
    });
  }

  private signal(name: NodeJS.Signals): void {
    if (!this.process) throw new Error(`${this.host} was never started`);
    process.kill(this.process.pid, name);
  }
}

interface Hello {
  isWritablePrimary: boolean;
  secondary: boolean;
}

async function initiate(members: readonly Member[], electionTimeoutMillis: number): Promise<void> {
  const settings = { electionTimeoutMillis, heartbeatIntervalMillis: 500 };
  const config = { _id: SET, settings, members: members.map(({ host }, _id) => ({ _id, host })) };
  await members[0]?.asked((client) => client.db('admin').command({ replSetInitiate: config }));
}

async function primaryOf(client: Client, members: readonly Member[]): Promise<Member> {
  for (const end = Date.now() + READY_MS; Date.now() < end; await sleep(50)) {
    // The driver sends it to whom the latest election has chosen, and not to one that only thinks so.
    const { me } = await client
      .db('admin')
      .command({ hello: 1 })
      .catch(() => ({ me: undefined }));
    const found = members.find(({ host }) => host === me);
    if (found) return found;
  }
  throw new Error('no primary was elected');
}
