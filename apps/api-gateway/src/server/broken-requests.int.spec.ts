import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { echo, standIn, startGateway, tokenOf } from '../gateway.suite.js';

const authorization = `Authorization: Bearer ${tokenOf('ana')}`;

let service: Awaited<ReturnType<typeof standIn>>;
let gateway: Awaited<ReturnType<typeof startGateway>>;
/** What reached the service. */
let reached: { method: string | undefined; url: string | undefined; headers: IncomingMessage['headers'] }[];
let onService: (request: IncomingMessage, response: ServerResponse) => void;

beforeAll(async () => {
  service = await standIn((request, response) => {
    reached.push({ method: request.method, url: request.url, headers: request.headers });
    onService(request, response);
  });
  gateway = await startGateway({
    CHAT_URLS: service.url,
    MEDIA_URLS: service.url,
    HEADERS_TIMEOUT_MS: '500',
    REQUEST_TIMEOUT_MS: '1500',
  });
});
beforeEach(() => {
  reached = [];
  onService = echo;
});
afterAll(async () => {
  await gateway.stop();
  await service.stop();
});

/** Sends bytes as they stand and reads until the gateway hangs up. */
function raw(bytes: string): Promise<string> {
  const socket = connect(gateway.port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(bytes, 'latin1');
  return text(socket);
}

const upload = (headers: string, body = '') =>
  raw(`POST /api/v1/media HTTP/1.1\r\nHost: x\r\n${authorization}\r\n${headers}\r\n\r\n${body}`);
const asked = (line: string, headers = '') =>
  raw(`${line}\r\nHost: x\r\n${authorization}\r\nConnection: close\r\n${headers}\r\n`);

/** One answer, the gateway's own, in the envelope and with an id. */
function expectRefusal(said: string, status: number, code: string): void {
  expect(said).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(said.match(/HTTP\/1\.1/g)).toHaveLength(1);
  expect(said).toMatch(/\r\nX-Request-Id: [\w-]{36}\r\n/i);
  const body = JSON.parse(said.slice(said.indexOf('\r\n\r\n'))) as object;
  expect(body).toMatchObject({ success: false, code });
}

describe('a request whose end can be read in two ways', () => {
  const smuggled = 'GET /api/v1/chat/smuggled HTTP/1.1\r\nHost: x\r\n\r\n';

  it.each([
    ['both lengths', 'Content-Length: 6\r\nTransfer-Encoding: chunked', '0\r\n\r\nX'],
    [
      'both lengths, the other way round',
      'Transfer-Encoding: chunked\r\nContent-Length: 4',
      `5c\r\n${smuggled}0\r\n\r\n`,
    ],
    ['two lengths', 'Content-Length: 5\r\nContent-Length: 6', 'hello!'],
    ['a list of lengths', 'Content-Length: 5, 6', 'hello!'],
    ['a signed length', 'Content-Length: +5', 'hello'],
    ['a length that is no number', 'Content-Length: 0x5', 'hello'],
    ['a space before the colon', 'Content-Length : 5', 'hello'],
    ['an unknown coding', 'Transfer-Encoding: xchunked', '5\r\nhello\r\n0\r\n\r\n'],
    ['chunked that is not last', 'Transfer-Encoding: chunked, identity', '5\r\nhello\r\n0\r\n\r\n'],
    ['a coding behind a tab', 'Transfer-Encoding:\x0bchunked', '5\r\nhello\r\n0\r\n\r\n'],
    ['a chunk size that is no number', 'Transfer-Encoding: chunked', '0x5\r\nhello\r\n0\r\n\r\n'],
    ['a negative chunk', 'Transfer-Encoding: chunked', '-1\r\nhello\r\n0\r\n\r\n'],
    ['a chunk longer than it says', 'Transfer-Encoding: chunked', `5\r\nhello${smuggled}0\r\n\r\n`],
    ['a line that ends in CR', `X-A: 1\rContent-Length: 5`, 'hello'],
    ['a header without a colon', `X-A\r\nContent-Length: 5`, 'hello'],
    ['a NUL in a header', `X-A: a\x00b`, ''],
  ])('(%s) is refused', async (_what, headers, body) => {
    const said = await upload(headers, body + smuggled);
    expectRefusal(said, 400, 'INVALID_INPUT');
    expect(reached.filter(({ url }) => url?.includes('smuggled'))).toEqual([]);
  });

  it.each([
    ['a folded header', 'X-A: 1\r\n Content-Length: 50\r\nContent-Length: 5\r\nConnection: close', 'hello'],
    ['lines that end in LF', 'X-A: 1\nX-B: 2\nContent-Length: 5\nConnection: close', 'hello'],
  ])('(%s) has one meaning, here and at the service', async (_what, headers, body) => {
    const said = await upload(headers, body);
    if (said.startsWith('HTTP/1.1 400')) return expectRefusal(said, 400, 'INVALID_INPUT');
    expect(reached).toHaveLength(1);
    expect(reached[0]?.headers).toMatchObject({ 'content-length': '5' });
    expect(JSON.stringify(reached[0]?.headers['x-a'])).not.toMatch(/\\[rn]/);
  });

  it('does not become two at the service, and the next one on its connection is admitted for itself', async () => {
    onService = (request, response) => void text(request).then((body) => response.end(body));
    const first = `POST /api/v1/media HTTP/1.1\r\nHost: x\r\n${authorization}\r\nContent-Length: ${smuggled.length}\r\n\r\n`;
    const second = `GET /api/v1/chat/second HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;
    const said = await raw(first + smuggled + second);
    expect(said).toContain(smuggled);
    expect(said).toMatch(/HTTP\/1.1 401 /);
    expect(reached.map(({ url }) => url)).toEqual(['/media']);
  });
});

describe('what is not HTTP', () => {
  it.each([
    ['TLS at a plain port', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['an unknown method', 'BREW /pot HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['another version', 'GET / HTTP/3.0\r\nHost: x\r\n\r\n'],
    ['HTTP/2 with prior knowledge', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a space in the path', 'GET /a b HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['no host', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n'],
  ])('(%s) is refused, and the gateway lives on', async (_what, bytes) => {
    expectRefusal(await raw(bytes), 400, 'INVALID_INPUT');
    expect((await fetch(`${gateway.url}/health/live`)).status).toBe(200);
  });

  it('does not mean HTTP/1.0, which needs no host', async () => {
    expect(await raw('GET /health/live HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1.1 200 /);
    expect(await raw(`GET /api/v1/chat/x HTTP/1.0\r\n${authorization}\r\n\r\n`)).toMatch(/^HTTP\/1.1 200 /);
  });

  it('gets no tunnel', async () => {
    expect(await raw('CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: 127.0.0.1:22\r\n\r\n')).toBe('');
  });
});

describe('a request that is too much', () => {
  it('of headers (100 kB) is refused with 431', async () => {
    expectRefusal(
      await asked('GET /api/v1/chat/x HTTP/1.1', `X-A: ${'a'.repeat(100_000)}\r\n`),
      431,
      'HEADERS_TOO_LARGE',
    );
    expectRefusal(await asked(`GET /${'a'.repeat(100_000)} HTTP/1.1`), 431, 'HEADERS_TOO_LARGE');
    const many = Array.from({ length: 5000 }, (_, n) => `X-${n}: ${'a'.repeat(20)}\r\n`).join('');
    expectRefusal(await asked('GET /api/v1/chat/x HTTP/1.1', many), 431, 'HEADERS_TOO_LARGE');
    expect(reached).toEqual([]);
  });

  it('too slow with its headers is refused with 408', async () => {
    expectRefusal(await raw('GET /api/v1/chat/x HTTP/1.1\r\nHost: x\r\nX-Slow: '), 408, 'REQUEST_TIMEOUT');
  });

  it('too slow with its body is refused with 408, and the service is let go', async () => {
    const gone = new Promise<void>((done) => {
      onService = (request) => request.resume().once('close', done);
    });
    expectRefusal(await upload('Content-Length: 100', 'a few words'), 408, 'REQUEST_TIMEOUT');
    await gone;
    expect((await fetch(`${gateway.url}/health/live`)).status).toBe(200);
  });

  it('too slow with its body does not take the service for down', async () => {
    onService = (request, response) => void request.resume().on('end', () => response.end());
    await upload('Content-Length: 100', 'a few words');
    onService = echo;
    expect(await asked('GET /api/v1/media/1 HTTP/1.1')).toMatch(/^HTTP\/1.1 200/);
  });
});

describe('the table of routes', () => {
  it('is not passed by another method than the one that is asked', async () => {
    const override = 'X-HTTP-Method-Override: DELETE\r\nX-Method-Override: DELETE\r\nX-HTTP-Method: DELETE\r\n';
    await asked('POST /api/v1/media/1?_method=DELETE HTTP/1.1', `Content-Length: 0\r\n${override}`);
    expect(reached).toMatchObject([{ method: 'POST' }]);
    for (const name of ['x-http-method-override', 'x-method-override', 'x-http-method']) {
      expect(reached[0]?.headers[name]).toBeUndefined();
    }
  });

  it('is not passed by another path than the one that is asked', async () => {
    await asked('GET /api/v1/media/1 HTTP/1.1', 'X-Original-URL: /api-json\r\nX-Rewrite-URL: /api-json\r\n');
    expect(reached).toMatchObject([{ url: '/media/1' }]);
    expect(Object.keys(reached[0]?.headers ?? {}).filter((name) => name.endsWith('-url'))).toEqual([]);
  });

  it('holds for HEAD, whose answer has no body', async () => {
    const said = await asked('HEAD /api/v1/media/1 HTTP/1.1');
    expect(said).toMatch(/^HTTP\/1.1 200/);
    expect(said.endsWith('\r\n\r\n')).toBe(true);
    expect(reached).toMatchObject([{ method: 'HEAD' }]);
    const refused = await raw('HEAD /api/v1/media/1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect(refused).toMatch(/^HTTP\/1.1 401/);
  });

  it('does not know paths that only look like those of services', async () => {
    const paths = ['/media', '/api-json/', '/conversations', '/Api/v1/media', '/api/v1/media%2f1', '/api/v1/%6dedia/1'];
    const more = [
      '/api/v1/auth/../media',
      '/api/v1/auth/%2e%2e/media',
      '/api/v1/media\\..\\x',
      '/health/../media',
      '*',
    ];
    for (const path of [...paths, ...more, '/api/v1/media/%00', 'media', '/api/v1/media/\xff', '/metrics', '/api/v1']) {
      await asked(`GET ${path} HTTP/1.1`);
    }
    expect(reached).toEqual([]);
  });

  it('keeps hop-by-hop headers to the hop', async () => {
    const hop =
      'TE: trailers\r\nTrailer: X-Sum\r\nProxy-Authorization: Basic x\r\nKeep-Alive: timeout=9\r\nX-Mine: 1\r\n';
    onService = (request, response) => {
      response.setHeader('Connection', 'X-Theirs, keep-alive');
      for (const name of ['X-Theirs', 'Keep-Alive', 'Proxy-Authenticate', 'X-End']) response.setHeader(name, '1');
      echo(request, response);
    };
    const said = await raw(
      `GET /api/v1/media/1 HTTP/1.1\r\nHost: x\r\n${authorization}\r\nConnection: close, X-Mine, Authorization\r\n${hop}\r\n`,
    );
    const [{ headers } = { headers: {} as IncomingMessage['headers'] }] = reached;
    for (const name of ['te', 'trailer', 'proxy-authorization', 'keep-alive', 'x-mine'])
      expect(headers[name]).toBeUndefined();
    expect(headers.authorization).toBeDefined();
    expect(headers.connection).toBe('keep-alive');
    const names = said.split('\r\n\r\n')[0]?.toLowerCase();
    for (const name of ['x-theirs:', 'proxy-authenticate:', 'keep-alive:']) expect(names).not.toContain(name);
    expect(names).toContain('x-end: 1');
    expect(names).toContain('connection: close');
  });
});

it('a client that hangs up halfway is no error of anybody', async () => {
  onService = (request) => request.resume();
  const socket = connect(gateway.port, '127.0.0.1');
  socket.write(`POST /api/v1/media HTTP/1.1\r\nHost: x\r\n${authorization}\r\nContent-Length: 100\r\n\r\nhalf`);
  await once(service.server, 'request');
  socket.destroy();
  expect((await fetch(`${gateway.url}/health/live`)).status).toBe(200);
});
