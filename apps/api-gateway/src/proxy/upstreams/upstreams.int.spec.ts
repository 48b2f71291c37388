import { once } from 'node:events';
import { request as httpsRequest } from 'node:https';
import { type AddressInfo, createServer } from 'node:net';
import { echo, standIn, startGateway, tokenOf } from '../../gateway.suite.js';
import { agentFor } from './connections.js';

const headers = { authorization: `Bearer ${tokenOf('ana')}` };

let first: Awaited<ReturnType<typeof standIn>>;
let second: Awaited<ReturnType<typeof standIn>>;
let gateway: Awaited<ReturnType<typeof startGateway>>;

beforeEach(async () => {
  first = await standIn((_request, response) => response.end('first'));
  second = await standIn((_request, response) => response.end('second'));
  gateway = await startGateway({ CHAT_URLS: `${first.url},${second.url}`, PERSON_RATE_LIMIT: '100000' });
});
afterEach(async () => {
  await gateway.stop();
  await Promise.all([first.stop(), second.stop()]);
});

async function answers(count: number, init: RequestInit = {}): Promise<string[]> {
  const all: string[] = [];
  for (let n = 0; n < count; n++) {
    const answer = await fetch(`${gateway.url}/api/v1/chat/x`, { ...init, headers });
    all.push(answer.ok ? await answer.text() : `${answer.status} ${answer.headers.get('retry-after')}`);
  }
  return all;
}

async function answered(by: string): Promise<void> {
  while ((await answers(1))[0] !== by) await new Promise((later) => setTimeout(later, 20));
}

describe('a service with two addresses', () => {
  it('is asked at both in turn', async () => {
    expect((await answers(4)).sort()).toEqual(['first', 'first', 'second', 'second']);
  });

  it('answers what nobody has heard from the other one when one is dead, and what brings a body is told to come again', async () => {
    // The look at the start is over, and the next one far.
    await answers(4);
    await first.stop();
    expect(await answers(4)).toEqual(Array(4).fill('second'));
    // Back, and taken for well by the next look; then dead again, so that nobody knows yet.
    first = await standIn((_request, response) => response.end('first'), { port: first.port });
    await answered('first');
    await answers(1);
    await first.stop();
    const [said] = await answers(1, { method: 'POST', body: 'a body' });
    expect(said).toBe('503 1');
  });

  it('is answered for when both are dead', async () => {
    await Promise.all([first.stop(), second.stop()]);
    expect(await answers(3)).toEqual(Array(3).fill('503 1'));
    expect((await fetch(`${gateway.url}/health/live`)).status).toBe(200);
  });
});

it('a service that still waits for its engines is not asked while another one can answer', async () => {
  await first.stop();
  first = await standIn(echo, { port: first.port });
  first.server.removeAllListeners('request');
  first.server.on('request', (request, response) => {
    if (request.url === '/health/live') response.end(JSON.stringify({ status: 'starting' }));
    else response.writeHead(503).end('not yet');
  });
  await answered('second');
  // A look finds out within two seconds.
  await new Promise((later) => setTimeout(later, 2500));
  expect(await answers(4)).toEqual(Array(4).fill('second'));
});

it('a connection that is not established in time is given up', async () => {
  const silent = createServer(() => undefined);
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const asked = httpsRequest({ host: '127.0.0.1', port, agent: agentFor('https:', 100) });
  asked.end();
  const [error] = (await once(asked, 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toBe('ETIMEDOUT');
  silent.close();
});
