import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import mongoose from 'mongoose';
import type { Conversation, Message } from '@app/contracts/shapes.js';
import type { Seen } from '@app/testing/checker/history.js';
import { readBack } from '@app/testing/checker/read-back.js';
import { FakeFcm } from '@app/testing/fake-fcm.js';
import { type StartedSuite, startSuite } from '../setup/start-suite.ts';
import { hotGroups, pause, ready, reported, underLoad, UNLIMITED } from '../setup/under-load.ts';

jest.setTimeout(180_000);

const PASSWORD = 'correct horse battery';
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';
const SERVICES = ['gateway', 'chat-1', 'chat-2', 'media', 'notification'];

interface SignedIn {
  accessToken: string;
  refreshToken: string;
  user: { _id: string };
}

let suite: StartedSuite;
let fcm: FakeFcm;
let folder: string;

beforeAll(async () => {
  suite = await startSuite(UNLIMITED);
  fcm = await FakeFcm.start(suite.is.fcmPort);
  folder = await mkdtemp(join(tmpdir(), 'parley-e2e-backup-'));
});
afterAll(async () => {
  await suite.end();
  await fcm.stop();
  await rm(folder, { recursive: true, force: true });
});

async function ask<T>(path: string, { token, body }: { token?: string; body?: object } = {}): Promise<T> {
  const form = body instanceof FormData;
  const answer = await fetch(path.startsWith('http') ? path : `${suite.is.gateway}/api/v1${path}`, {
    method: body ? 'POST' : 'GET',
    headers: {
      ...(!form && { 'content-type': 'application/json' }),
      ...(token && { authorization: `Bearer ${token}` }),
    },
    ...(body && { body: form ? body : JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  return ((await answer.json()) as { data: T }).data;
}

const login = (username: string) => ask<SignedIn>('/auth/login', { body: { username, password: PASSWORD } });

/** Two people who signed up, a phone, a picture between them. */
async function lives() {
  const join = (username: string) => ask<SignedIn>('/auth/register', { body: { username, password: PASSWORD } });
  const [ana, ben] = [await join('ana'), await join('ben')];
  const phone = { installationId: 'phone-of-ben', platform: 'android', provider: 'fcm', token: 'token-of-ben' };
  await ask('/devices', { token: ben.accessToken, body: phone });
  const form = new FormData();
  const picture = Buffer.concat([Buffer.from(PIXEL, 'base64'), randomBytes(300_000)]);
  form.set('file', new Blob([picture]), 'sea.png');
  const { _id: mediaId } = await ask<{ _id: string }>('/media', { token: ana.accessToken, body: form });
  const participants = { participantIds: [ben.user._id] };
  const { _id } = await ask<Conversation>('/chat/conversations', { token: ana.accessToken, body: participants });
  const messages = `/chat/conversations/${_id}/messages`;
  const sent = [{ text: 'Look:' }, { attachments: [{ mediaId }] }, { text: 'The sea.' }];
  for (const body of sent) await ask(messages, { token: ana.accessToken, body });
  return { ana, ben, picture, messages, conversationId: _id };
}

/** The tool as an operator has it. */
async function tool(...args: string[]): Promise<{ code: number; said: string }> {
  const where = ['--uri', suite.is.mongoUri, '--media', mediaDir()];
  const all = ['tools/backup/main.ts', ...args, ...where];
  const cwd = join(import.meta.dirname, '../..');
  return promisify(execFile)(process.execPath, all, { cwd }).then(
    ({ stdout }) => ({ code: 0, said: stdout }),
    ({ code, stderr }: { code: number; stderr: string }) => ({ code, said: stderr }),
  );
}

const mediaDir = () => join(dirname(suite.is.logs), 'media');

/** Everything is lost. */
async function wipe(): Promise<void> {
  const client = new mongoose.mongo.MongoClient(suite.is.mongoUri);
  await client.db().dropDatabase();
  await client.close();
  await rm(mediaDir(), { recursive: true });
  const redis = new Redis(suite.is.redis);
  await redis.flushall();
  redis.disconnect();
}

const denseFrom1 = (seen: readonly Seen[]) => seen.every(({ seq }, index) => seq === index + 1);

it('a backup that was made under load brings everything back after everything was lost', async () => {
  const { ana, ben, picture, messages, conversationId } = await lives();
  await fcm.next(({ message }) => message.data?.seq === '3');
  const talkers = await hotGroups(suite, { name: 'talking', groups: 6, nodes: 2, each: 2 });
  const out = join(folder, 'backup');
  let began = 0;
  const load = await underLoad(suite, { urls: suite.is.chat, talkers }, async () => {
    began = performance.now();
    expect(await tool('backup', '--out', out)).toMatchObject({ code: 0 });
    await pause(1000);
  });
  reported('backup', load);
  expect(load.violations).toEqual([]);

  expect(await tool('restore', '--from', out)).toMatchObject({
    code: 1,
    said: expect.stringContaining('api-gateway, chat, media, notification would go on'),
  });
  for (const name of SERVICES) await suite.halt(name);
  const full = await tool('restore', '--from', out);
  expect(full).toMatchObject({ code: 1, said: expect.stringContaining('is not empty') });
  await wipe();
  expect(existsSync(mediaDir())).toBe(false);
  expect(await tool('restore', '--from', out)).toMatchObject({ code: 0 });
  for (const name of SERVICES) await suite.resume(name);
  for (const url of [...suite.is.chat, suite.is.gateway]) await ready(url);

  const again = await login('ben');
  expect(again.user._id).toBe(ben.user._id);
  const renewed = await ask<SignedIn>('/auth/refresh', { body: { refreshToken: ana.refreshToken } });
  const history = await ask<Message[]>(messages, { token: again.accessToken });
  expect(history.map(({ text }) => text)).toEqual(['The sea.', '', 'Look:']);
  const url = history[1]?.attachments[0]?.url ?? '';
  const downloaded = await fetch(url, { headers: { authorization: `Bearer ${again.accessToken}` } });
  expect(Buffer.from(await downloaded.arrayBuffer()).equals(picture)).toBe(true);

  const { jwtSecret: secret, gateway } = suite.is;
  const earlier = load.acked.filter(({ endedAt = Infinity }) => endedAt < began);
  expect(earlier.length).toBeGreaterThan(20);
  const kept: Seen[] = [];
  const read = async (id: string, userId: string) => readBack(`${gateway}/api/v1/chat`, id, { userId, secret });
  for (const [id, userId] of new Map(talkers.map((one) => [one.conversationId, one.userId]))) {
    const seen = await read(id, userId);
    expect(denseFrom1(seen)).toBe(true);
    kept.push(...seen);
  }
  const ids = new Set(kept.map(({ messageId }) => messageId));
  expect(earlier.filter(({ messageId = '' }) => !ids.has(messageId))).toEqual([]);
  expect(kept.length).toBeLessThan(load.kept.length);

  const next = await ask<Message>(messages, { token: renewed.accessToken, body: { text: 'We are back' } });
  expect(next.seq).toBe(4);
  await fcm.next(({ message }) => message.data?.seq === '4');
  // Nothing that was pushed before the backup is pushed again.
  expect(fcm.of('token-of-ben').map(({ message }) => message.data?.seq)).toEqual(['1', '2', '3', '4']);
  const after = await underLoad(suite, { urls: suite.is.chat, talkers }, async () => void (await pause(500)));
  expect(after.acked.length).toBeGreaterThan(20);
  expect(denseFrom1(await read(conversationId, ana.user._id))).toBe(true);
  for (const { conversationId: id, userId } of talkers) expect(denseFrom1(await read(id, userId))).toBe(true);
});
