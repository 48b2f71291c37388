import { Body, Controller, Get, Patch, Query } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { IsOptional, IsString } from 'class-validator';
import { MetricsModule } from '../metrics/metrics.module.js';
import { readJson } from './json-body.js';
import { configureRest } from './serve.js';

class Change {
  @IsOptional()
  @IsString()
  name?: string;
}

class Asked {
  @IsOptional()
  @IsString()
  search?: string;
}

@Controller()
class Echo {
  @Patch()
  change(@Body() body: Change) {
    return body;
  }

  @Get()
  search(@Query() query: Asked) {
    return query;
  }
}

let app: NestExpressApplication;
let url: string;

beforeAll(async () => {
  const module = await Test.createTestingModule({ imports: [MetricsModule], controllers: [Echo] }).compile();
  app = module.createNestApplication<NestExpressApplication>({ logger: false });
  configureRest(app);
  readJson(app, 50);
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
});
afterAll(() => app.close());

async function change(body: string | Buffer | undefined, type = 'application/json') {
  const init = {
    method: 'PATCH',
    headers: { ...(type && { 'content-type': type }) },
    ...(body !== undefined && { body }),
  };
  const answer = await fetch(url, init);
  return { status: answer.status, ...((await answer.json()) as object) };
}

const bytes = (...parts: (string | number[])[]) => Buffer.concat(parts.map((part) => Buffer.from(part as string)));

describe('a body', () => {
  it('is read as it is', async () => {
    expect(await change('{"name":"ä 👋 \uFFFD"}')).toEqual({ status: 200, name: 'ä 👋 \uFFFD' });
    expect(await change('{}')).toEqual({ status: 200 });
  });

  it.each([
    ['half a letter', bytes('{"name":"', [0xc3, 0x28], '"}')],
    ['Latin-1', bytes('{"name":"', [0xe4], '"}')],
    ['half a pair of UTF-16', bytes('{"name":"', [0xed, 0xa0, 0x80], '"}')],
  ])('is not guessed at: %s is refused', async (_what, body) => {
    expect(await change(body)).toMatchObject({ status: 400, code: 'INVALID_INPUT' });
  });

  it.each([
    ['that is missing', undefined, ''],
    ['of another type', 'name=ana', 'text/plain'],
    ['of no type', bytes('{"name":"ana"}'), ''],
  ])('%s is not taken for an empty one', async (_what, body, type) => {
    const message = 'A body in JSON is expected, of the type application/json.';
    expect(await change(body, type)).toMatchObject({ status: 400, code: 'INVALID_INPUT', message });
  });

  it('has a limit', async () => {
    expect(await change(`{"name":"${'x'.repeat(50)}"}`)).toMatchObject({ status: 413, code: 'TOO_LARGE' });
  });
});

it.each(['%', '%ff', '%c3%28'])('a query with broken escapes is refused: %s', async (text) => {
  const answer = await fetch(`${url}?search=${text}`);
  expect([answer.status, await answer.json()]).toMatchObject([400, { code: 'INVALID_INPUT' }]);
});
