import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { echo, standIn, startGateway, tokenOf } from '../gateway.suite.js';

const authorization = `Bearer ${tokenOf('ana')}`;

let chat: Awaited<ReturnType<typeof standIn>>;
let strict: Awaited<ReturnType<typeof startGateway>>;
let behind: Awaited<ReturnType<typeof startGateway>>;

beforeAll(async () => {
  chat = await standIn(echo, { node: 'n1' });
  strict = await startGateway({ CHAT_URLS: chat.url });
  behind = await startGateway({ CHAT_URLS: chat.url, TRUSTED_PROXIES: '127.0.0.1,192.0.2.0/24' });
});

afterAll(async () => {
  await Promise.all([strict.stop(), behind.stop()]);
  await chat.stop();
});

type Told = Record<string, string | undefined>;

const SAID = {
  'x-forwarded-for': '6.6.6.6, [2001:DB8::0:7]:51234, 192.0.2.9',
  'x-forwarded-proto': 'https',
  'x-forwarded-host': 'public.example',
  'x-forwarded-port': '443',
  'x-forwarded-user': 'admin',
  'x-real-ip': '6.6.6.6',
  forwarded: 'for=6.6.6.6;host=evil.example',
};

/** What the service hears of a REST request. */
async function restTold(gateway: string, headers: Told = SAID): Promise<Told> {
  const answer = await fetch(`${gateway}/api/v1/chat/x`, { headers: { authorization, ...headers } });
  return ((await answer.json()) as { headers: Told }).headers;
}

/** What the service hears of a WebSocket handshake. */
async function socketTold(gateway: string): Promise<Told> {
  const arrived = once(chat.server, 'upgrade');
  const headers = { ...SAID, connection: 'Upgrade', upgrade: 'websocket' };
  const asked = httpRequest(`${gateway}/socket.io/?EIO=4&transport=websocket`, { headers });
  asked.on('error', () => undefined).end();
  const [request] = (await arrived) as [IncomingMessage];
  request.socket.destroy();
  return request.headers as Told;
}

const heard = { rest: restTold, socket: socketTold };

describe.each(['rest', 'socket'] as const)('where a request (%s) came from', (how) => {
  it('is not what a stranger says', async () => {
    const told = await heard[how](strict.url);
    expect(told).toMatchObject({
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': `127.0.0.1:${strict.port}`,
      'x-forwarded-port': `${strict.port}`,
    });
    for (const name of ['forwarded', 'x-real-ip', 'x-forwarded-user']) expect(told[name]).toBeUndefined();
  });

  it('is what a trusted proxy says, up to the first address that nobody vouches for', async () => {
    const told = await heard[how](behind.url);
    expect(told).toMatchObject({
      'x-forwarded-for': '2001:db8::7',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'public.example',
      'x-forwarded-port': '443',
    });
    for (const name of ['forwarded', 'x-real-ip', 'x-forwarded-user']) expect(told[name]).toBeUndefined();
  });
});

it('a trusted proxy that says nothing, or rubbish, is taken for the client itself', async () => {
  expect((await restTold(behind.url, {}))['x-forwarded-for']).toBe('127.0.0.1');
  expect((await restTold(behind.url, { 'x-forwarded-for': '6.6.6.6, <script>' }))['x-forwarded-for']).toBe('127.0.0.1');
});
