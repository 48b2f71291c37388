import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { JwtService } from '@nestjs/jwt';
import type { ChatEnv } from '../env.js';
import { rootSpan, spanning } from '@app/common/tracing/tracing.js';
import { tracingWith } from '@app/common/tracing/tracing.suite.js';
import { AttachmentsClient } from './attachments.client.js';

const record = { _id: 'm', url: 'https://chat.example/m', contentType: 'image/png', size: 70 };
const urlOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

let asked: string[] = [];
let traceparents: unknown[] = [];
let answering: Server;
let silent: Server;
let gone: string;

/** Stands in for a media service. */
async function media(name: string, answers: boolean): Promise<Server> {
  const server = createServer((request, response) => {
    asked.push(name);
    traceparents.push(request.headers.traceparent);
    if (!answers) return;
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ data: [record] }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

beforeAll(async () => {
  [answering, silent] = [await media('answering', true), await media('silent', false)];
  const stopped = await media('gone', false);
  gone = urlOf(stopped);
  stopped.close();
});
beforeEach(() => {
  asked = [];
  traceparents = [];
});
afterAll(() => {
  silent.closeAllConnections();
  for (const server of [answering, silent]) server.close();
});

const client = (...urls: string[]) =>
  new AttachmentsClient(new JwtService(), { JWT_SECRET: 's'.repeat(32), MEDIA_SERVICE_URL: urls } as ChatEnv);
const describeBy = (one: AttachmentsClient) => one.describe({ senderId: 'ana', conversationId: 'c' }, ['m']);

describe('of several media services', () => {
  it('the next is asked when one is gone', async () => {
    await expect(describeBy(client(gone, urlOf(answering)))).resolves.toMatchObject([{ mediaId: 'm' }]);
  });

  it('the next is asked when one does not answer, and first from then on', async () => {
    const ours = client(urlOf(silent), urlOf(answering));
    await describeBy(ours);
    await describeBy(ours);
    expect(asked).toEqual(['silent', 'answering', 'answering']);
  });

  it('two are asked at most, and others the next time', async () => {
    const ours = client(gone, gone, urlOf(answering));
    await expect(describeBy(ours)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(describeBy(ours)).resolves.toMatchObject([{ mediaId: 'm' }]);
  });
});

it('a traced message goes on with its trace at the media service', async () => {
  const ours = client(urlOf(answering));
  await describeBy(ours);
  const traced = tracingWith();
  await spanning(rootSpan({ name: 'send', kind: 'server' }), () => describeBy(ours));
  const [asking, send] = await traced.ended();
  expect(asking).toMatchObject({ name: 'POST', attributes: { 'http.response.status_code': 200 } });
  expect(asking?.parentSpanContext?.spanId).toBe(send?.spanContext().spanId);
  expect(traceparents).toEqual([undefined, expect.stringContaining(asking?.spanContext().spanId ?? 'nothing')]);
});
