import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import type { Presence } from '@app/contracts/shapes.js';
import { TestSocket } from '@app/testing/test-socket.js';
import { tokenOf } from '@app/testing/tokens.js';
import { freePort } from '../tools/engines/port.ts';
import { suite } from './suite.ts';

const { chat, jwtSecret, mongoUri, redis } = suite();
const [survivor, other] = chat;
/** The promise: nobody's death is told later than this. */
const WITHIN_MS = 15_000;

let node: ChildProcess;
let url: string;

beforeAll(async () => {
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  node = spawn(process.execPath, [resolve('dist/chat/apps/chat/src/main.js')], {
    env: {
      ...process.env,
      PORT: String(port),
      NODE_NAME: 'chat-killed',
      MONGODB_URI: mongoUri,
      REDIS_HOST: redis.host,
      REDIS_PORT: String(redis.port),
      JWT_SECRET: jwtSecret,
      LOG_LEVEL: 'fatal',
    },
    stdio: 'ignore',
  });
  for (const end = Date.now() + 30_000; Date.now() < end;) {
    if (
      await fetch(`${url}/health/ready`).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the node never became ready');
}, 40_000);
afterAll(() => void node.kill('SIGKILL'));

const connect = (at: string, id: string) => TestSocket.connect(`${at}/chat`, tokenOf(id, {}, jwtSecret));

it('kill -9 of a node turns its people offline for those on other nodes within 15 s, and nobody else', async () => {
  const [ana, killed, both, moves, far] = ['ana', 'killed', 'both', 'moves', 'far'].map(
    (id) => `${id}-${randomUUID()}`,
  ) as [string, string, string, string, string];
  const watchers = [await connect(survivor, ana), await connect(other, ana)];
  await fetch(`${survivor}/conversations`, {
    method: 'POST',
    headers: { authorization: `Bearer ${tokenOf(ana, {}, jwtSecret)}`, 'content-type': 'application/json' },
    body: JSON.stringify({ participantIds: [killed, both, moves, far], isGroup: true }),
  });
  const people = [killed, both, moves, far];
  await Promise.all([
    connect(url, killed),
    connect(url, both),
    connect(other, both),
    connect(url, moves),
    connect(other, far),
  ]);
  for (const socket of watchers) {
    for (const userId of people) await socket.asks('presence_subscribe', { userId });
    for (const id of people) await socket.hears<Presence>('presence_update', (e) => e.userId === id && e.online);
  }
  const killedAt = Date.now();
  node.kill('SIGKILL');
  await connect(survivor, moves);
  const offline = (e: Presence) => !e.online && e.lastSeen !== undefined;
  await Promise.all(
    watchers.map((socket) => patiently(() => socket.all<Presence>('presence_update').some(offline), killedAt)),
  );
  process.stdout.write(`offline ${Date.now() - killedAt} ms after the kill\n`);
  // Whoever else were to be said offline would be by the same hand, in the same breath.
  const { online } = await (watchers[0] as TestSocket).asks<Presence>('presence_subscribe', { userId: moves });
  expect(online).toBe(true);
  for (const socket of watchers) {
    expect(
      socket
        .all<Presence>('presence_update')
        .filter(offline)
        .map(({ userId }) => userId),
    ).toEqual([killed]);
    socket.close();
  }
}, 40_000);

async function patiently(is: () => boolean, since: number): Promise<void> {
  while (!is()) {
    if (Date.now() - since > WITHIN_MS) throw new Error('nobody was said to be offline in time');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
