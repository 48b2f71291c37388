import { Controller, Get, Res } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import type { Response } from 'express';
import { freePort } from '@app/testing/engines.js';
import { configureRest } from '../serve/serve.js';
import { Metrics } from './metrics.js';
import { MetricsModule } from './metrics.module.js';
import { serveMetrics } from './metrics.server.js';

const HOST = '127.0.0.1';

@Controller()
class Things {
  @Get('things/:id')
  thing() {
    return {};
  }

  @Get('half')
  async half(@Res() response: Response) {
    await new Promise<void>((done) => response.write('half of it', () => done()));
    throw new Error('the other half is not there');
  }

  @Get('slow')
  slow() {
    return new Promise(() => undefined);
  }
}

let app: NestExpressApplication;
let url: string;
let metricsUrl: string;
let end: () => Promise<void>;

beforeAll(async () => {
  const module = await Test.createTestingModule({ imports: [MetricsModule], controllers: [Things] }).compile();
  app = module.createNestApplication<NestExpressApplication>({ logger: false });
  configureRest(app);
  await app.listen(0, HOST);
  url = await app.getUrl();
  const METRICS_PORT = await freePort();
  metricsUrl = `http://${HOST}:${METRICS_PORT}`;
  end = await serveMetrics(app.get(Metrics), { METRICS_PORT, HOST, PORT: 1 });
});
afterAll(async () => {
  await end();
  await app.close();
});

const told = async () => (await fetch(`${metricsUrl}/metrics`)).text();
const series = async () =>
  (await told())
    .split('\n')
    .filter((line) => line.includes('_count{'))
    .sort();
const count = (route: string, status: number, method = 'GET') =>
  new RegExp(
    `^http_request_duration_seconds_count{method="${method}",route="${route}",status="${status}"} (\\d+)$`,
    'm',
  );

describe('what is known of requests', () => {
  it('is told by the template of their route', async () => {
    for (const id of [1, 2, 3]) await fetch(`${url}/things/${id}`);
    expect(count('/things/:id', 200).exec(await told())?.[1]).toBe('3');
  });

  it('tells what we broke off as our failure, and what its client gave up as that', async () => {
    await expect((await fetch(`${url}/half`)).text()).rejects.toThrow();
    await expect(fetch(`${url}/slow`, { signal: AbortSignal.timeout(200) })).rejects.toThrow();
    while (!count('/slow', 499).test(await told())) await new Promise((done) => setTimeout(done, 20));
    expect(count('/half', 500).exec(await told())?.[1]).toBe('1');
  });

  it('grows no series by addresses that nobody knows', async () => {
    await fetch(`${url}/nowhere`);
    const before = await series();
    const strange = Array.from({ length: 1000 }, (_, n) => `/${n.toString(36)}/%2e%2e/${'x'.repeat(n % 50)}?q=${n}`);
    for (const path of strange) await (await fetch(`${url}${path}`)).arrayBuffer();
    expect((await series()).map((line) => line.split(' ')[0])).toEqual(before.map((line) => line.split(' ')[0]));
    expect(count('none', 404).exec(await told())?.[1]).toBe('1001');
  });
});

describe('the listener of metrics', () => {
  it('answers nothing else, and the port of the app does not answer it', async () => {
    expect((await fetch(`${metricsUrl}/metrics`)).headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect((await fetch(`${metricsUrl}/things/1`)).status).toBe(404);
    expect((await fetch(`${metricsUrl}/metrics`, { method: 'POST' })).status).toBe(405);
    expect((await fetch(`${url}/metrics`)).status).toBe(404);
  });

  it('says when its port is taken, and when it is the app’s own', async () => {
    const { port } = new URL(metricsUrl);
    const at = (METRICS_PORT: number, PORT: number) => serveMetrics(new Metrics(), { METRICS_PORT, HOST, PORT });
    await expect(at(Number(port), 1)).rejects.toThrow(
      `METRICS_PORT: port ${port} is taken; choose another, or \`off\``,
    );
    await expect(at(3005, 3005)).rejects.toThrow("METRICS_PORT: 3005 is the app's own port; choose another");
  });

  it('does not exist where it is off', async () => {
    await expect(serveMetrics(new Metrics(), { METRICS_PORT: 'off', HOST, PORT: 1 })).resolves.toBeInstanceOf(Function);
  });
});
