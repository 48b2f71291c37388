import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { JwtService } from '@nestjs/jwt';
import type { Conversation } from '@app/contracts/shapes.js';
import { TestSocket } from '@app/testing/test-socket.js';
import { tokenOf } from '@app/testing/tokens.js';
import { pause } from '../setup/under-load.ts';
import { startApp, type StartedApp } from '../setup/start-app.ts';
import { suite } from '../suite.ts';

const { gateway, jwtSecret, logs } = suite();

interface Line {
  level: number;
  msg: string;
  req?: { id: string; method: string; path: string };
  [field: string]: unknown;
}

const run = randomUUID().slice(0, 8);
let [ana, ben] = ['', ''];
const MARK = `words-${run}`;

const textOf = (name: string) => readFile(join(logs, `${name}.log`), 'utf8');
const linesOf = async (name: string) =>
  (await textOf(name))
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line);

/** The lines that a log has gained, once there is one that `last` knows; logs are written a moment after what they tell. */
async function gained(name: string, before: number, last: (line: Line) => boolean): Promise<Line[]> {
  for (const end = Date.now() + 10_000; Date.now() < end; await pause(20)) {
    const lines = (await linesOf(name)).slice(before);
    if (lines.some(last)) return lines;
  }
  throw new Error(`${name} never logged that: ${(await textOf(name)).slice(-2000)}`);
}

async function ask<T>(url: string, who: string, body?: object): Promise<{ data: T; id: string }> {
  const id = randomUUID();
  const authorization = `Bearer ${tokenOf(who, {}, jwtSecret)}`;
  const headers = { authorization, 'content-type': 'application/json', 'x-request-id': id };
  const answer = await fetch(url, body ? { method: 'POST', headers, body: JSON.stringify(body) } : { headers });
  return { id, data: ((await answer.json()) as { data: T }).data };
}

/** Two who talk over sockets: a hundred messages, read and typed about. */
async function talkAt({ url }: StartedApp): Promise<string> {
  const { data } = await ask<Conversation>(`${url}/conversations`, ana, { participantIds: [ben] });
  const at = await Promise.all([ana, ben].map((who) => TestSocket.connect(`${url}/chat`, tokenOf(who, {}, jwtSecret))));
  const [one, other] = at as [TestSocket, TestSocket];
  const conversationId = data._id;
  const send = (n: number) => one.asks<{ _id: string }>('message_send', { conversationId, text: `${MARK} ${n}` });
  const sent = await Promise.all(Array.from({ length: 100 }, (_, n) => send(n)));
  await other.asks('message_read', { conversationId, messageIds: [sent.at(-1)?._id] });
  await other.asks('typing', { conversationId, isTyping: true });
  for (const socket of at) socket.close();
  return conversationId;
}

/** What one test says is not counted as another's. */
beforeEach(() => {
  [ana, ben] = [`ana-${randomUUID()}`, `ben-${randomUUID()}`];
});

describe('the log of a service', () => {
  it('has one line a request and none a message', async () => {
    const node = await startApp('chat', `quiet-${run}`, { MESSAGE_RATE_LIMIT: '1000' });
    const before = (await linesOf(node.name)).length;
    const conversationId = await talkAt(node);
    await fetch(`${node.url}/health/ready`);
    const { id } = await ask(`${node.url}/conversations/${conversationId}/messages`, ben);
    const lines = await gained(node.name, before, ({ req }) => req?.id === id);
    const told = lines.map(({ msg, req }) => (req ? `${req.method} ${req.path}` : msg)).sort();
    expect(told).toEqual(
      [
        'GET /conversations/…/messages',
        'POST /conversations',
        ...['socket connected', 'socket connected', 'socket disconnected', 'socket disconnected'],
      ].map((one) => one.replace('…', conversationId)),
    );
    const files = (await readdir(logs, { withFileTypes: true })).filter((entry) => entry.isFile());
    const others = files.map(({ name }) => readFile(join(logs, name), 'utf8'));
    for (const text of await Promise.all(others)) expect(text).not.toContain(MARK);
    await node.kill();
  });

  it('has one line a request at the gateway and one at the service, of one id', async () => {
    const { id } = await ask(`${gateway}/api/v1/chat/conversations?limit=7`, ana);
    const here = await gained('gateway', 0, ({ req }) => req?.id === id);
    const there = [...(await linesOf('chat-1')), ...(await linesOf('chat-2'))];
    const of = (lines: Line[]) => lines.filter(({ req }) => req?.id === id);
    expect(of(here)).toMatchObject([{ req: { path: '/api/v1/chat/conversations' }, userId: ana }]);
    expect(of(there)).toMatchObject([{ req: { path: '/conversations' }, userId: ana }]);
    expect(JSON.stringify([of(here), of(there)])).not.toContain('limit=7');
  });

  it('tells with LOG_LEVEL=debug how each event of a socket ended, and why others were not let in, but no words', async () => {
    const node = await startApp('chat', `loud-${run}`, { LOG_LEVEL: 'debug', MESSAGE_RATE_LIMIT: '50' });
    const before = (await linesOf(node.name)).length;
    const token = tokenOf(ana, {}, jwtSecret);
    const socket = await TestSocket.connect(`${node.url}/chat`, token);
    await expect(socket.asks('message_send', { conversationId: '0'.repeat(24), text: MARK })).rejects.toThrow();
    await expect(socket.asks(`${MARK}-event`, { text: MARK })).rejects.toThrow('INVALID_INPUT');
    await expect(talkAt(node)).rejects.toThrow('RATE_LIMITED');
    const claims = { sub: ana, exp: Math.floor(Date.now() / 1000) - 1 };
    const over = new JwtService().sign(claims, { secret: jwtSecret });
    await expect(TestSocket.connect(`${node.url}/chat`, over)).rejects.toThrow();
    const elsewhere = { extraHeaders: { origin: 'https://elsewhere.example' } };
    await expect(TestSocket.connect(`${node.url}/chat`, token, elsewhere)).rejects.toThrow();
    socket.close();
    const lines = await gained(node.name, before, ({ origin }) => origin === 'https://elsewhere.example');
    const events = lines.filter(({ msg }) => msg === 'socket event');
    expect(events.every(({ ms, userId, level }) => typeof ms === 'number' && userId === ana && level === 20)).toBe(
      true,
    );
    const counts = Object.groupBy(events, ({ event, code }) => `${event as string} ${code as string}`);
    // One of the fifty was said where nobody is.
    expect(counts['message_send OK']).toHaveLength(49);
    expect(counts['message_send RATE_LIMITED']).toHaveLength(51);
    expect(counts['unknown INVALID_INPUT']).toHaveLength(1);
    expect(lines).toContainEqual(expect.objectContaining({ msg: 'a handshake was refused', reason: 'jwt expired' }));
    expect(lines).toContainEqual(expect.objectContaining({ reason: 'This origin is not allowed.' }));
    const text = await textOf(node.name);
    for (const secret of [MARK, token, over]) expect(text).not.toContain(secret);
    await node.kill();
  });

  it('has the words of Socket.IO itself with DEBUG', async () => {
    const node = await startApp('chat', `bugs-${run}`, { DEBUG: 'socket.io:*,engine*' });
    (await TestSocket.connect(`${node.url}/chat`, tokenOf(ana, {}, jwtSecret))).close();
    const both = /socket\.io:client [^]*engine|engine[^]*socket\.io:client /;
    for (const end = Date.now() + 10_000; !both.test(await textOf(node.name)); await pause(20)) {
      if (Date.now() > end) throw new Error(await textOf(node.name));
    }
    await node.kill();
  });
});
