import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Metrics } from '@app/common/metrics/metrics.js';
import { serveMetrics } from '@app/common/metrics/metrics.server.js';
import { freePort } from '@app/testing/engines.js';
import { echo, standIn, startGateway, tokenOf } from './gateway.suite.js';

let gateway: Awaited<ReturnType<typeof startGateway>>;
let chat: Awaited<ReturnType<typeof standIn>>;
let metricsUrl: string;
let unserve: () => Promise<void>;

beforeAll(async () => {
  chat = await standIn(echo, { node: 'chat-1' });
  gateway = await startGateway({
    CHAT_URLS: chat.url,
    MEDIA_URLS: `http://127.0.0.1:${await freePort()}`,
    PERSON_RATE_LIMIT: '5',
  });
  const at = { METRICS_PORT: await freePort(), HOST: '127.0.0.1', PORT: gateway.port };
  unserve = await serveMetrics(gateway.app.get(Metrics), at);
  metricsUrl = `http://127.0.0.1:${at.METRICS_PORT}/metrics`;
});
afterAll(async () => {
  await unserve();
  await gateway.stop();
  await chat.stop();
});

const lines = async () => (await (await fetch(metricsUrl)).text()).split('\n').filter((line) => !line.startsWith('#'));

async function value(series: string): Promise<number> {
  const line = (await lines()).find((one) => one.startsWith(`${series} `));
  return Number(line?.slice(series.length + 1) ?? 0);
}

async function until(series: string, wanted: number): Promise<void> {
  while ((await value(series)) !== wanted) await pause(20);
}

const ask = async (path: string, init: RequestInit = {}) => {
  const response = await fetch(`${gateway.url}${path}`, init);
  await response.arrayBuffer();
  return response.status;
};
const as = (who: string) => ({ headers: { authorization: `Bearer ${tokenOf(who)}` } });
const requests = (route: string, status: number, method = 'GET') =>
  `http_request_duration_seconds_count{method="${method}",route="${route}",status="${status}"}`;

describe('the metrics of the gateway', () => {
  it('are not to be had where clients ask', async () => {
    expect(await value('process_start_time_seconds')).toBe(0);
    expect(await ask('/metrics')).toBe(404);
    expect(await ask('/metrics/', as('ana'))).toBe(404);
    expect(await ask('//metrics')).not.toBe(200);
    expect(await ask('/api/v1/chat/metrics')).toBe(401);
  });

  it('tell requests by their row of the table, passed on, refused and answered', async () => {
    expect(await ask('/api/v1/chat/conversations/1', as('ana'))).toBe(200);
    expect(await ask('/api/v1/chat/conversations/2', as('ana'))).toBe(200);
    expect(await ask('/api/v1/chat/conversations')).toBe(401);
    expect(await ask('/health/live')).toBe(200);
    await until(requests('/api/v1/chat', 200), 2);
    expect(await value(requests('/api/v1/chat', 401))).toBe(2);
    expect(await value(requests('/health/live', 200))).toBe(1);
    expect(await value('parley_gateway_upstream_duration_seconds_count{service="chat"}')).toBe(2);
  });

  it('tell whose allowance was used up', async () => {
    while ((await ask('/api/v1/chat/conversations', as('ben'))) !== 429);
    expect(await value('parley_gateway_rate_limited_total{allowance="person"}')).toBe(1);
    expect(await value('parley_gateway_rate_limited_total{allowance="address"}')).toBe(0);
  });

  it('tell which services answer', async () => {
    await until('parley_gateway_upstreams{service="chat",state="up"}', 1);
    expect(await ask('/api/v1/media/1', as('cleo'))).toBe(503);
    await until('parley_gateway_upstreams{service="media",state="down"}', 1);
    expect(await value('parley_gateway_upstream_failures_total{service="media"}')).toBe(1);
  });

  it('tell logins by their outcome', async () => {
    const body = { username: `dora-${Date.now()}`, password: 'a-long-enough-password' };
    const post = (path: string, asked: object) =>
      ask(path, { method: 'POST', body: JSON.stringify(asked), headers: { 'content-type': 'application/json' } });
    expect(await post('/api/v1/auth/register', body)).toBe(201);
    expect(await post('/api/v1/auth/login', body)).toBe(200);
    expect(await post('/api/v1/auth/login', { ...body, password: 'another' })).toBe(401);
    expect(await value('parley_logins_total{way="password",outcome="ok"}')).toBe(1);
    expect(await value('parley_logins_total{way="password",outcome="wrong"}')).toBe(1);
  });

  it('tell how many WebSockets are open through it', async () => {
    chat.server.once('upgrade', (_request, socket) => {
      socket.on('error', () => socket.destroy());
      socket.on('end', () => socket.end()).resume();
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    });
    const upgrade = (path: string) => {
      const headers = { connection: 'Upgrade', upgrade: 'websocket' };
      return request(`${gateway.url}${path}`, { headers })
        .on('error', () => undefined)
        .end();
    };
    const opening = upgrade('/socket.io/?EIO=4&transport=websocket');
    const [, client] = (await once(opening, 'upgrade')) as [unknown, Socket];
    expect(await value('parley_gateway_tunnels{transport="websocket"}')).toBe(1);
    const [refused] = (await once(upgrade('/api/v1/chat'), 'response')) as [IncomingMessage];
    refused.resume();
    expect(await value('parley_gateway_upgrades_total{code="OK"}')).toBe(1);
    expect(await value('parley_gateway_upgrades_total{code="UNAUTHENTICATED"}')).toBe(1);
    client.destroy();
    await until('parley_gateway_tunnels{transport="websocket"}', 0);
  });

  it('grow no series by a thousand addresses that nobody knows', async () => {
    await Promise.all([ask('/nowhere'), ask('/api/v1/nowhere'), ask('/api/v1/chat/x'), ask('/%2e%2e/x')]);
    const names = async () =>
      (await lines()).map((line) => line.split(' ')[0]).filter((name) => name?.startsWith('http'));
    const before = await names();
    const strange = Array.from(
      { length: 1000 },
      (_, n) => `/${['api/v1', 'x', 'api/v1/chat', '%2e%2e'][n % 4]}/${n}?q=${n}`,
    );
    while (strange.length > 0) await Promise.all(strange.splice(0, 50).map((path) => ask(path)));
    expect(await names()).toEqual(before);
  });
});
