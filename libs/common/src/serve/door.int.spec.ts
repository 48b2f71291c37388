import { once } from 'node:events';
import { createServer, request as ask } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { io } from 'socket.io-client';
import { freePort } from '@app/testing/engines.js';
import { type Door, openDoor } from './door.js';

const NOT_YET = {
  success: false,
  message: 'The service has just started and waits for mongodb; try again.',
  code: 'UNAVAILABLE',
  retryAfterMs: 2000,
};

let url: string;
let port: number;
let door: Door;
const failed = jest.fn();

async function asked(path: string, method = 'GET') {
  const response = await fetch(`${url}${path}`, { method });
  return { status: response.status, retryAfter: response.headers.get('retry-after'), body: await response.json() };
}

async function untilOpen(): Promise<void> {
  while (!(await fetch(url).catch(() => undefined))) await new Promise((done) => setTimeout(done, 50));
}

beforeAll(async () => {
  port = await freePort();
  url = `http://127.0.0.1:${port}`;
  door = openDoor({ PORT: port, HOST: '127.0.0.1', service: 'chat', failed });
  await untilOpen();
});
afterAll(() => door.close());

describe('an app that waits for its engines', () => {
  it('lives, is not ready, and says what is missing', async () => {
    expect(await asked('/health/live')).toMatchObject({
      status: 200,
      body: { status: 'starting', service: 'chat', waitsFor: 'mongodb' },
    });
    expect(await asked('/health/ready')).toMatchObject({
      status: 503,
      retryAfter: '2',
      body: { status: 'error', details: { mongodb: { status: 'down' } } },
    });
  });

  it.each([
    ['/conversations', 'GET'],
    ['/conversations?limit=1', 'POST'],
  ])('refuses %s as retryable', async (path, method) => {
    expect(await asked(path, method)).toEqual({ status: 503, retryAfter: '2', body: NOT_YET });
  });

  it('refuses the handshake of a socket with the same words, and its client tries again by itself', async () => {
    const upgrade = ask(`${url}/socket.io/?EIO=4&transport=websocket`, {
      headers: { connection: 'Upgrade', upgrade: 'websocket' },
    });
    upgrade.end();
    const [response] = await once(upgrade, 'response');
    expect(response.statusCode).toBe(503);
    expect(JSON.parse(await text(response))).toEqual(NOT_YET);
    for (const transport of ['polling', 'websocket']) {
      const socket = io(`${url}/chat`, { transports: [transport], forceNew: true, reconnectionDelay: 10 });
      await new Promise((done) => socket.once('connect_error', done));
      expect(socket.active).toBe(true);
      await new Promise((done) => socket.once('connect_error', done));
      socket.disconnect();
    }
  });

  it('names what it waits for as the start goes on, and leaves the port at once', async () => {
    door.waitsFor = 'indexes';
    expect((await asked('/health/ready')).body).toMatchObject({ error: { indexes: { status: 'down' } } });
    await door.close();
    const app = createServer().listen(port, '127.0.0.1');
    await once(app, 'listening');
    await new Promise((done) => app.close(done));
    expect(failed).not.toHaveBeenCalled();
  });
});

it('a quick start never opens the door; a port that is taken is told', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const at = { PORT: (taken.address() as AddressInfo).port, HOST: '127.0.0.1', service: 'chat' };
  const quick = jest.fn();
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate'] });
  const door = openDoor({ ...at, failed: quick });
  jest.advanceTimersByTime(1900);
  jest.useRealTimers();
  // As long as listening in vain would take.
  await once(createServer().listen(0, '127.0.0.1').unref(), 'listening');
  await door.close();
  const error = await new Promise<Error>((done) => openDoor({ ...at, failed: done }));
  expect(error).toMatchObject({ code: 'EADDRINUSE' });
  expect(quick).not.toHaveBeenCalled();
  await new Promise((done) => taken.close(done));
});
