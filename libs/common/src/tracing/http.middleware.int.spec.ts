import { once } from 'node:events';
import { get, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Request, type Response } from 'express';
import { spanOfRequest, traceHttp } from './http.middleware.js';
import { currentSpan } from './tracing.js';
import { type TestTracing, tracingWith } from './tracing.suite.js';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const SPAN_ID = 'b7ad6b7169203331';
const theirs = (flags: '00' | '01') => ({ traceparent: `00-${TRACE_ID}-${SPAN_ID}-${flags}` });

let traced: TestTracing;
let server: Server;
let seen: { ofRequest: string | undefined; current: string | undefined };

beforeEach(() => (traced = tracingWith()));
afterEach(async () => {
  await traced.stop();
  server.closeAllConnections();
  server.close();
});

/** A service that believes these addresses; gives its own. */
async function serving(trusted: string[] = []): Promise<string> {
  const app = express();
  app.use(traceHttp(trusted));
  app.use(express.json());
  app.post('/people/:id', (request: Request, response: Response) => {
    seen = { ofRequest: spanOfRequest(request)?.traceparent, current: currentSpan()?.traceparent };
    response.status(Number(request.query.answer ?? 200)).json({});
  });
  app.get('/health', (_request: Request, response: Response) => void response.json({}));
  app.get('/slow/:id', () => undefined);
  server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const post = (url: string, more: Record<string, string> = {}) =>
  fetch(url, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json', ...more } });

describe('a request', () => {
  it('is told by its route, not by whom it is about or what it asks', async () => {
    await post(`${await serving()}/people/ana?answer=201&secret=1`);
    const span = await traced.next();
    const { name, attributes, status } = span;
    expect(name).toBe('POST /people/:id');
    expect(attributes).toEqual({
      'http.request.method': 'POST',
      'url.scheme': 'http',
      'network.protocol.version': '1.1',
      'http.route': '/people/:id',
      'http.response.status_code': 201,
    });
    expect(status.code).toBe(0);
    // Its body was read meanwhile.
    expect(seen.current).toBe(seen.ofRequest);
    expect(seen.current).toContain(span.spanContext().spanId);
  });

  it('that nothing answers has no route; one that fails says so', async () => {
    const url = await serving();
    await post(`${url}/nowhere/ana`);
    await post(`${url}/people/ana?answer=503`);
    expect(await traced.next()).toMatchObject({ name: 'POST', attributes: { 'http.response.status_code': 404 } });
    const failed = await traced.next();
    expect(failed.attributes).toMatchObject({ 'http.response.status_code': 503, 'error.type': '503' });
    expect(failed.status.code).toBe(2);
  });

  it('ends with its client', async () => {
    const asked = get(`${await serving()}/slow/ana`).on('error', () => undefined);
    await once(server, 'request');
    asked.destroy();
    const { name, attributes } = await traced.next();
    expect(name).toBe('GET /slow/:id');
    expect(attributes).toMatchObject({ 'error.type': 'client_closed' });
    expect(attributes).not.toHaveProperty('http.response.status_code');
  });

  it('for health is none', async () => {
    const url = await serving();
    await fetch(`${url}/health`);
    await post(`${url}/people/ana`);
    expect((await traced.next()).name).toBe('POST /people/:id');
  });
});

describe('a trace that a request brings', () => {
  it('goes on from a trusted proxy, which also says that it is not kept', async () => {
    const url = await serving(['127.0.0.0/8']);
    await post(`${url}/people/ana`, theirs('01'));
    expect((await traced.next()).parentSpanContext).toMatchObject({ traceId: TRACE_ID, spanId: SPAN_ID });
    await post(`${url}/people/ana`, theirs('00'));
    expect(seen.ofRequest).toMatch(new RegExp(`^00-${TRACE_ID}-.{16}-00$`));
    expect(seen.current).toBeUndefined();
  });

  it('of a stranger is only linked to', async () => {
    const url = await serving(['10.0.0.0/8']);
    await post(`${url}/people/ana`, theirs('00'));
    const span = await traced.next();
    expect(span.parentSpanContext).toBeUndefined();
    expect(span.spanContext().traceId).not.toBe(TRACE_ID);
    expect(span.links.map(({ context }) => context.traceId)).toEqual([TRACE_ID]);
  });

  it('is nothing when it is malformed', async () => {
    const url = await serving(['127.0.0.0/8']);
    await post(`${url}/people/ana`, { traceparent: '00-1-2-01' });
    expect((await traced.next()).parentSpanContext).toBeUndefined();
  });
});
