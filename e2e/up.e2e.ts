import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isFree } from '../tools/engines/port.ts';
import { appProcesses, metricsPortOf, portsFrom, type Ports } from '../tools/up/suite/apps.ts';
import { runs, type Identity } from '../tools/up/suite/identity.ts';
import { readUp, type UpFile } from '../tools/up/suite/record.ts';

jest.setTimeout(240_000);

const ROOT = resolve(import.meta.dirname, '..');
const NAMES = ['chat-1', 'chat-2', 'gateway', 'media', 'mongodb', 'notification', 'redis'];
// What a developer has set for their own `up` is not for this one.
const ENV = { ...process.env, MONGODB_URI: '', REDIS_URL: '', REDIS_HOST: '', JWT_SECRET: '', NODE_ENV: '' };

let ports: Ports;
let data: string;
const started: Started[] = [];

interface Started {
  child: ChildProcess;
  said: string[];
}

beforeAll(async () => {
  ports = await freeBlock();
  data = await mkdtemp(join(tmpdir(), 'parley-up-'));
});

/** What a failed test left would fail the others. */
afterEach(async () => {
  const left = readUp(join(data, 'up.json'));
  for (const { child } of started.splice(0)) child.kill('SIGTERM');
  if (left) await gone([left, ...left.processes]);
});

afterAll(() => rm(data, { recursive: true, force: true }));

/** A gateway port whose followers are free too. */
async function freeBlock(): Promise<Ports> {
  for (let gateway = 20_000 + Math.floor(Math.random() * 6_000); ; gateway += 20) {
    const block = portsFrom(gateway);
    const free = await Promise.all(
      appProcesses(block).flatMap(({ port }) => [isFree(port), isFree(metricsPortOf(port))]),
    );
    if (free.every(Boolean)) return block;
  }
}

function up(command: string, args: string[]): Started {
  const options = ['--port', String(ports.gateway), '--data', data];
  // With a channel to us it stops when we are gone, however we went.
  const stdio: StdioOptions = ['ignore', 'pipe', 'pipe', 'ipc'];
  const child = spawn(command, [...args, ...options], { cwd: ROOT, env: ENV, stdio });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text: Buffer) => said.push(text.toString()));
  const process = { child, said };
  started.push(process);
  return process;
}

const byNpm = (): Started => up('npm', ['run', '--silent', 'up', '--']);
const byNode = (...args: string[]): Started => up(process.execPath, ['tools/up/main.ts', ...args]);

/** Resolves when it has said this; fails when it ended without. */
async function says({ child, said }: Started, text: string): Promise<void> {
  while (!said.join('').includes(text)) {
    if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode}, having said: ${said.join('')}`);
    await sleep(50);
  }
}

function file(): UpFile {
  const found = readUp(join(data, 'up.json'));
  if (!found) throw new Error('there is no up.json');
  return found;
}

/** The processes that a machine other than this one would reach: those that listen on more than 127.0.0.1. */
async function reachable(): Promise<string[]> {
  const found = await Promise.all(
    appProcesses(ports).map(async ({ name, port }) => {
      const socket = connect(port, '127.0.0.2');
      const opens = await once(socket, 'connect').then(
        () => true,
        () => false,
      );
      socket.destroy();
      return opens ? [name] : [];
    }),
  );
  return found.flat();
}

async function gone(processes: Identity[]): Promise<void> {
  while (processes.some(runs)) await sleep(50);
}

async function post(path: string, body: object): Promise<{ accessToken: string }> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`http://127.0.0.1:${ports.gateway}/api/v1/${path}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
  return ((await response.json()) as { data: { accessToken: string } }).data;
}

interface Listed {
  isGroup: boolean;
  lastMessage: { seq: number } | null;
}

const groupsFirst = (one: Listed, other: Listed): number => Number(other.isGroup) - Number(one.isGroup);

/** The demo as this person sees it, once its last messages are these; each node writes them a moment later. */
async function demo(username: string, seqs: number[]): Promise<Listed[]> {
  const end = Date.now() + 10_000;
  for (;;) {
    const list = (await conversations(username)).sort(groupsFirst);
    const settled = list.every(({ lastMessage }, index) => lastMessage?.seq === seqs[index]);
    if ((settled && list.length === seqs.length) || Date.now() > end) return list;
    await sleep(100);
  }
}

async function conversations(username: string): Promise<Listed[]> {
  const { accessToken } = await post('auth/login', { username, password: `${username}-demo-1` });
  const headers = { authorization: `Bearer ${accessToken}` };
  const response = await fetch(`http://127.0.0.1:${ports.gateway}/api/v1/chat/conversations`, { headers });
  return ((await response.json()) as { data: Listed[] }).data;
}

const WEEKEND = { isGroup: true, name: 'Weekend', lastMessage: expect.objectContaining({ seq: 4 }) };
const DIRECT = { isGroup: false, lastMessage: expect.objectContaining({ seq: 3 }) };

describe('npm run up', () => {
  it('starts everything, says where it is, has a demo, and leaves nothing when npm is asked to stop', async () => {
    const npm = byNpm();
    await says(npm, 'Ctrl-C stops everything');
    expect(npm.said.join('')).toContain('ana / ana-demo-1');

    const { processes, engines } = file();
    expect(processes.map(({ name }) => name).sort()).toEqual(NAMES);
    for (const entry of processes) {
      expect(runs(entry)).toBe(true);
      expect(existsSync(entry.logFile)).toBe(true);
    }
    const gateway = processes.find(({ name }) => name === 'gateway');
    expect(gateway?.address).toBe(`http://127.0.0.1:${ports.gateway}`);
    expect(engines?.mongodb).toMatch(/^mongodb:\/\/127\.0\.0\.1:\d+\/parley/);
    expect(await demo('ana', [4, 3])).toEqual([expect.objectContaining(WEEKEND), expect.objectContaining(DIRECT)]);
    expect(await demo('dan', [4])).toEqual([expect.objectContaining(WEEKEND)]);

    expect(await reachable()).toEqual([]);

    const itself = file();
    npm.child.kill('SIGTERM');
    await gone([itself, ...processes]);
    expect(existsSync(join(data, 'up.json'))).toBe(false);
  });

  it('refuses to run twice, survives the death of an app, and cleans up after its own', async () => {
    const first = byNode();
    await says(first, 'Ctrl-C stops everything');
    const second = byNode();
    await once(second.child, 'close');
    expect(second.child.exitCode).toBe(1);
    expect(second.said.join('')).toContain(`Parley is up already (process ${first.child.pid}`);

    const media = file().processes.find(({ name }) => name === 'media');
    process.kill(media?.pid ?? 0, 'SIGKILL');
    await says(first, 'media is back');
    expect(first.said.join('')).toContain('media ended (signal SIGKILL); starting it again in 0.5 s');

    const left = file().processes;
    expect(left.map(({ name }) => name).sort()).toEqual(NAMES);
    first.child.kill('SIGKILL');
    await once(first.child, 'close');
    expect(left.every(runs)).toBe(true);

    const third = byNode('--host', '0.0.0.0');
    await says(third, 'Ctrl-C stops everything');
    expect(third.said.join('')).toContain('An earlier up was killed and left');
    expect(left.some(runs)).toBe(false);
    expect(await reachable()).toEqual(['gateway']);
    expect(await demo('ana', [4, 3])).toEqual([expect.objectContaining(WEEKEND), expect.objectContaining(DIRECT)]);

    const { processes } = file();
    third.child.kill('SIGINT');
    await once(third.child, 'close');
    expect(third.child.exitCode).toBe(0);
    expect(processes.some(runs)).toBe(false);
    expect(existsSync(join(data, 'up.json'))).toBe(false);
  });

  it('names who holds a port it needs, and starts nothing', async () => {
    const holder = createServer().listen(ports.media, '127.0.0.1');
    await once(holder, 'listening');
    const refused = byNode();
    await once(refused.child, 'close');
    await new Promise((done) => holder.close(done));
    const said = refused.said.join('');
    expect(said).toContain(`Port ${ports.media}, which media needs, is taken by process ${process.pid} (`);
    expect(refused.child.exitCode).toBe(1);
    expect(existsSync(join(data, 'up.json'))).toBe(false);
  });

  it('stops at once while it is still starting, and leaves nothing', async () => {
    const early = byNode();
    while (readUp(join(data, 'up.json'))?.processes.length !== 7) await sleep(20);
    const { processes } = file();
    early.child.kill('SIGTERM');
    await once(early.child, 'close');
    expect(early.child.exitCode).toBe(0);
    expect(processes.some(runs)).toBe(false);
    expect(await readFile(join(data, 'logs/chat-1.log'), 'utf8')).toBeDefined();
  });
});
