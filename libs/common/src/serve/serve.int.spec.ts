import { once } from 'node:events';
import { Agent, get, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { Body, Controller, Get, Post } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { AppError } from '../errors/app-error.js';
import { IsString } from 'class-validator';
import { MetricsModule } from '../metrics/metrics.module.js';
import { openApiOf, serveOpenApi } from '../openapi/openapi.js';
import { configureRest, drain } from './serve.js';

class Named {
  @IsString()
  name: string;
}

/** Resolved when the slow route is asked, and when it may answer. */
const asking = Promise.withResolvers<void>();
const answering = Promise.withResolvers<void>();

@Controller()
class Behaviours {
  @Post('named')
  named(@Body() body: Named) {
    return body;
  }

  @Get('known')
  known() {
    throw new AppError('RATE_LIMITED', { retryAfterMs: 1500 });
  }

  @Get('slow')
  async slow() {
    asking.resolve();
    await answering.promise;
    return { answered: true };
  }

  @Get('bug')
  bug() {
    throw new TypeError('the secret inner state');
  }

  @Get('mongo-away')
  away() {
    throw Object.assign(new Error('no server at 10.0.0.1'), { name: 'MongoServerSelectionError' });
  }
}

let app: NestExpressApplication;
let url: string;

beforeAll(async () => {
  const module = await Test.createTestingModule({ imports: [MetricsModule], controllers: [Behaviours] }).compile();
  app = module.createNestApplication<NestExpressApplication>({ logger: false });
  configureRest(app);
  serveOpenApi(app, openApiOf(app, { title: 'T', description: 'D', gatewayPath: '/api/v1/t', tags: {} }));
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
});

async function asked(path: string, body?: string): Promise<{ response: Response; body: Record<string, unknown> }> {
  const init = body === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/json' }, body };
  const response = await fetch(`${url}${path}`, init);
  return { response, body: (await response.json()) as Record<string, unknown> };
}

describe('a failed request', () => {
  it('is answered with its code, and when to come back', async () => {
    const { response, body } = await asked('/known');
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('2');
    expect(body).toMatchObject({ success: false, code: 'RATE_LIMITED', retryAfterMs: 1500 });
  });

  it('says nothing of the inside when it is our fault, but an id', async () => {
    const { response, body } = await asked('/bug');
    expect(response.status).toBe(500);
    expect(body).toEqual({
      success: false,
      code: 'INTERNAL',
      message: expect.any(String),
      errorId: expect.any(String),
    });
    expect(JSON.stringify(body)).not.toContain('secret');
  });

  it('is retryable while MongoDB is away', async () => {
    const { response, body } = await asked('/mongo-away');
    expect(response.status).toBe(503);
    expect(body).toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: 1000 });
  });

  it.each([
    ['broken JSON', '{"name":', [400, 'INVALID_INPUT']],
    ['a wrong type', '{"name":{"$ne":1}}', [400, 'INVALID_INPUT']],
    ['an unknown field', '{"name":"a","admin":true}', [400, 'INVALID_INPUT']],
    ['a body above 100 kB', JSON.stringify({ name: 'x'.repeat(200_000) }), [413, 'TOO_LARGE']],
  ])('names what is wrong with %s', async (_what, body, expected) => {
    const answer = await asked('/named', body);
    expect([answer.response.status, answer.body.code]).toEqual(expected);
  });

  it('says which methods an address takes that does not take this one', async () => {
    for (const [path, method, allow] of [
      ['/named', 'GET', 'POST'],
      ['/known', 'DELETE', 'GET, HEAD'],
      ['/known', 'TRACE', 'GET, HEAD'],
    ] as const) {
      const asking = request(`${url}${path}`, { method }).end();
      const [response] = (await once(asking, 'response')) as [IncomingMessage];
      expect([response.statusCode, response.headers.allow]).toEqual([405, allow]);
      expect(JSON.parse(await text(response))).toMatchObject({ success: false, code: 'METHOD_NOT_ALLOWED' });
    }
  });

  it('has the envelope where no route is', async () => {
    expect(await asked('/nowhere')).toMatchObject({
      response: { status: 404 },
      body: { success: false, code: 'NOT_FOUND' },
    });
  });
});

it('documents itself for the gateway, and tries out what stands here', async () => {
  const document = (await (await fetch(`${url}/api-json`)).json()) as { servers: unknown };
  expect(document.servers).toEqual([{ url: '/api/v1/t', description: 'through the gateway' }]);
  const page = await (await fetch(`${url}/api/swagger-ui-init.js`)).text();
  expect(page).toContain('"servers": []');
});

it('a stop answers what is under way, and does not wait for idle connections', async () => {
  const idle = new Agent({ keepAlive: true });
  await new Promise((resolve) =>
    get(`${url}/bug`, { agent: idle }, (response) => response.resume().on('end', resolve)),
  );
  const slow = fetch(`${url}/slow`);
  await asking.promise;
  const stopped = drain(app);
  answering.resolve();
  expect(await (await slow).json()).toEqual({ answered: true });
  await stopped;
  await expect(fetch(`${url}/bug`)).rejects.toThrow();
  idle.destroy();
});
