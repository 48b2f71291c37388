import { once } from 'node:events';
import { Agent, type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { echo, standIn, startGateway, tokenOf } from '../gateway.suite.js';

const MiB = 1024 * 1024;
const authorization = `Bearer ${tokenOf('ana')}`;

let chat: Awaited<ReturnType<typeof standIn>>;
let media: Awaited<ReturnType<typeof standIn>>;
let notification: Awaited<ReturnType<typeof standIn>>;
let gateway: Awaited<ReturnType<typeof startGateway>>;
/** What the media stand-in does; tests change it. */
let onMedia: (request: IncomingMessage, response: ServerResponse) => void = echo;

beforeAll(async () => {
  chat = await standIn(echo, { node: 'n1' });
  media = await standIn((request, response) => onMedia(request, response));
  notification = await standIn(echo);
  gateway = await startGateway({
    CHAT_URLS: chat.url,
    MEDIA_URLS: media.url,
    NOTIFICATION_URLS: notification.url,
    UPSTREAM_TIMEOUT_MS: '1500',
    FRONTEND_URL: 'http://app.example,http://localhost:5173',
  });
});

afterAll(async () => {
  await gateway.stop();
  await Promise.all([chat.stop(), media.stop(), notification.stop()]);
});

interface Echoed {
  method: string;
  url: string;
  headers: Record<string, string>;
}

const ask = (path: string, init: RequestInit = {}) =>
  fetch(gateway.url + path, { ...init, headers: { authorization, ...(init.headers as object) } });
const echoed = async (path: string, init?: RequestInit) => (await (await ask(path, init)).json()) as Echoed;

/** Sends a request line as it stands; fetch would tidy the path. */
async function raw(path: string, headers = ''): Promise<{ status: number; text: string }> {
  const socket = connect(gateway.port, '127.0.0.1');
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${headers}\r\n`);
  const said = await text(socket);
  return { status: Number(said.split(' ')[1]), text: said };
}

describe('a proxied request', () => {
  it('reaches each service under its own path, with method, query and token', async () => {
    expect(await echoed('/api/v1/chat/conversations?limit=5&q=a%2Fb')).toMatchObject({
      method: 'GET',
      url: '/conversations?limit=5&q=a%2Fb',
      headers: { authorization },
    });
    expect((await echoed('/api/v1/notifications')).url).toBe('/notifications');
    expect(await echoed('/api/v1/devices/p1', { method: 'DELETE' })).toMatchObject({
      method: 'DELETE',
      url: '/devices/p1',
    });
    expect((await echoed('/api/v1/media/5')).url).toBe('/media/5');
    expect((await echoed('/docs/chat/openapi.json', { headers: { authorization: '' } })).url).toBe('/api-json');
  });

  it('carries one request id to the service and back', async () => {
    const answer = await ask('/api/v1/chat/x', { headers: { 'x-request-id': 'mine-1' } });
    expect(answer.headers.get('x-request-id')).toBe('mine-1');
    expect(((await answer.json()) as Echoed).headers['x-request-id']).toBe('mine-1');
    const made = await ask('/api/v1/chat/x');
    const id = made.headers.get('x-request-id');
    expect(id).toMatch(/^[\w-]{36}$/);
    expect(((await made.json()) as Echoed).headers['x-request-id']).toBe(id);
  });

  it('says itself where it came from', async () => {
    const { headers } = await echoed('/api/v1/chat/x', {
      headers: { 'x-forwarded-for': '6.6.6.6', 'x-forwarded-host': 'evil', forwarded: 'for=6.6.6.6' },
    });
    expect(headers).toMatchObject({
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-host': `127.0.0.1:${gateway.port}`,
      host: chat.url.slice(7),
    });
    expect(headers.forwarded).toBeUndefined();
  });

  it('passes any body on as it is, JSON too', async () => {
    onMedia = (request, response) => void text(request).then((body) => response.end(body));
    const body = '{ "not" : json';
    const answer = await ask('/api/v1/media', {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    });
    expect(await answer.text()).toBe(body);
  });

  it('streams a large body both ways without holding it', async () => {
    // The service begins to answer with the first byte, so a gateway that waited for the end would show.
    onMedia = (request, response) => void request.pipe(response);
    const total = 20 * MiB;
    const upload = httpRequest(`${gateway.url}/api/v1/media`, { method: 'POST', headers: { authorization } });
    upload.write(Buffer.alloc(MiB, 1));
    const [answer] = (await once(upload, 'response')) as [IncomingMessage];
    const [first] = (await once(answer, 'data')) as [Buffer];
    expect(first.length).toBeGreaterThan(0);
    let received = first.length;
    answer.on('data', (chunk: Buffer) => (received += chunk.length));
    for (let sent = MiB; sent < total; sent += MiB) {
      if (!upload.write(Buffer.alloc(MiB, 1))) await once(upload, 'drain');
    }
    upload.end();
    await once(answer, 'end');
    expect(received).toBe(total);
  });

  it('slows a sender down to the pace of the service', async () => {
    let arrived: IncomingMessage | undefined;
    onMedia = (request, response) => {
      arrived = request.on('end', () => response.end('done')).pause();
    };
    const upload = httpRequest(`${gateway.url}/api/v1/media`, { method: 'POST', headers: { authorization } });
    upload.end(Buffer.alloc(64 * MiB));
    // Time enough for the gateway to take it all, if it would.
    for (let times = 0; times < 100; times++) await (await ask('/api/v1/chat/x')).text();
    expect(arrived).toBeDefined();
    expect(upload.socket?.bytesWritten).toBeGreaterThan(0);
    expect(upload.writableFinished).toBe(false);
    arrived?.resume();
    const [answer] = (await once(upload, 'response')) as [IncomingMessage];
    expect(await text(answer)).toBe('done');
  });

  it('is answered while its body is still coming, when the service will not read it', async () => {
    onMedia = (_request, response) => {
      response.writeHead(413).end('too large');
    };
    const upload = (token: string) =>
      fetch(`${gateway.url}/api/v1/media`, {
        method: 'POST',
        body: Buffer.alloc(20 * MiB),
        headers: { authorization: token },
      });
    const answer = await upload(authorization);
    expect([answer.status, await answer.text()]).toEqual([413, 'too large']);
    expect((await upload('Bearer nonsense')).status).toBe(401);
  });

  it('may wait for the go-ahead before its body', async () => {
    onMedia = (request, response) => void request.pipe(response);
    const upload = httpRequest(`${gateway.url}/api/v1/media`, {
      method: 'POST',
      headers: { authorization, expect: '100-continue' },
    });
    upload.flushHeaders();
    await once(upload, 'continue');
    upload.end('the body');
    const [answer] = (await once(upload, 'response')) as [IncomingMessage];
    expect(await text(answer)).toBe('the body');
  });

  it('tells the service when the client hangs up', async () => {
    const closed = new Promise<void>((done) => {
      onMedia = (_request, response) => {
        response.write('half');
        response.on('close', done);
      };
    });
    const download = httpRequest(`${gateway.url}/api/v1/media/1`, { headers: { authorization } }).end();
    await once(download, 'response');
    download.destroy();
    await closed;
    onMedia = echo;
    expect((await ask('/api/v1/media/1')).status).toBe(200);
  });

  it('is cut, not ended, when the service breaks off', async () => {
    onMedia = (_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => response.destroy());
    };
    await expect(ask('/api/v1/media/1').then((answer) => answer.text())).rejects.toThrow();
  });

  it('is not taken for an upgrade when it offers HTTP/2', async () => {
    const offer = 'Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n';
    const socket = connect(gateway.port, '127.0.0.1');
    socket.write(`GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings, close\r\n${offer}\r\n`);
    expect(await text(socket)).toMatch(/^HTTP\/1.1 200/);
  });
});

describe('the bearer check', () => {
  const paths = ['/api/v1/chat/conversations', '/api/v1/notifications', '/api/v1/devices', '/api/v1/media/1'];

  it.each(paths)('refuses %s without a valid token, for every method', async (path) => {
    onMedia = echo;
    const tokens = [
      undefined,
      'Bearer nonsense',
      'Basic YTpi',
      `Bearer ${tokenOf('ana', {}, -10)}`,
      authorization + 'x',
    ];
    for (const token of tokens) {
      const answer = await fetch(gateway.url + path, { headers: token ? { authorization: token } : {} });
      expect(answer.status).toBe(401);
      expect(await answer.json()).toMatchObject({ success: false, code: 'UNAUTHENTICATED' });
    }
    for (const method of ['HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND']) {
      expect((await fetch(gateway.url + path, { method })).status).toBe(401);
    }
    expect((await ask(path)).status).toBe(200);
  });

  it.each([
    '/docs/../api/v1/chat/conversations',
    '/socket.io/../api/v1/chat/conversations',
    '/socket.io/%2e%2e/conversations',
    '/socket.io/..%2fconversations',
    '/socket.io%2f..%2fconversations',
    '//api/v1/chat/conversations',
    '/api//v1/chat/conversations',
    '/api/v1/chat//conversations',
    '/api/v1/chat%2fconversations',
    '/api/v1/chat/./conversations',
    '/docs/chat/openapi.json/../conversations',
    '/docs/chat/openapi.json/%2e%2e/conversations',
    '/docs/chat/openapi.json\\..\\conversations',
    '/API/v1/chat/conversations',
    '/api/v1/chat;/conversations',
    'http://x/../api/v1/chat/conversations',
  ])('is not passed by %s', async (path) => {
    const { status } = await raw(path);
    expect([400, 401, 404]).toContain(status);
  });

  it('answers NOT_FOUND where nothing is', async () => {
    for (const path of ['/api/v1/other', '/api/v1', '/emulator', '/docs/other/openapi.json']) {
      const answer = await ask(path);
      expect(answer.status).toBe(404);
      expect(await answer.json()).toMatchObject({ success: false, code: 'NOT_FOUND' });
    }
  });

  it.each([
    ['DELETE', '/api/v1/auth/login', 'POST'],
    ['POST', '/api/v1/users/me', 'GET, HEAD, PATCH'],
    ['PUT', '/health', 'GET, HEAD'],
  ])('says which methods its own addresses take: not %s %s', async (method, path, allow) => {
    const answer = await ask(path, { method });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, allow]);
    expect(await answer.json()).toMatchObject({ success: false, code: 'METHOD_NOT_ALLOWED' });
  });
});

describe('a service that is down', () => {
  it('is answered for with UPSTREAM_DOWN, a body that was under way included, and works again when it is back', async () => {
    const { port } = notification;
    await notification.stop();
    const answer = await ask('/api/v1/devices', { method: 'POST', body: Buffer.alloc(5 * MiB) });
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ success: false, code: 'UPSTREAM_DOWN' });
    expect((await ask('/api/v1/chat/x')).status).toBe(200);
    notification = await standIn(echo, { port });
    expect((await ask('/api/v1/devices')).status).toBe(200);
  });

  it('does not spoil the connection of a client that was sending to it', async () => {
    await notification.stop();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const send = async (path: string, body?: Buffer) => {
      const options = { agent, headers: { authorization }, method: body ? 'POST' : 'GET' };
      const sent = httpRequest(gateway.url + path, options).end(body);
      const [answer] = (await once(sent, 'response')) as [IncomingMessage];
      await text(answer);
      return answer.statusCode;
    };
    expect(await send('/api/v1/devices', Buffer.alloc(5 * MiB))).toBe(503);
    expect(await send('/api/v1/chat/x')).toBe(200);
    agent.destroy();
    notification = await standIn(echo, { port: notification.port });
  });

  it('is answered for when it is silent', async () => {
    onMedia = () => undefined;
    const answer = await ask('/api/v1/media/1');
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ code: 'UPSTREAM_DOWN' });
  });
});

describe('the front', () => {
  it('lets browser apps of the listed origins in, and no others', async () => {
    const preflight = (origin: string) =>
      fetch(`${gateway.url}/api/v1/chat/conversations`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
      });
    const good = await preflight('http://app.example');
    expect(good.status).toBe(204);
    expect(good.headers.get('access-control-allow-origin')).toBe('http://app.example');
    expect(good.headers.get('access-control-allow-headers')).toBe('authorization');
    expect((await preflight('http://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
    const refused = await fetch(`${gateway.url}/api/v1/chat/x`, { headers: { origin: 'http://localhost:5173' } });
    expect(refused.headers.get('access-control-allow-origin')).toBe('http://localhost:5173');
  });

  it('leaves the origins of sockets to chat', async () => {
    const preflight = await fetch(`${gateway.url}/socket.io/?EIO=4`, {
      method: 'OPTIONS',
      headers: { origin: 'http://app.example', 'access-control-request-method': 'POST' },
    });
    expect(((await preflight.json()) as Echoed).method).toBe('OPTIONS');
  });

  it('sets security headers on its own answers and on those it passes on', async () => {
    for (const path of ['/', '/docs', '/api/v1/chat/x']) {
      const { headers } = await ask(path);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).not.toContain('upgrade-insecure-requests');
      expect(headers.get('x-powered-by')).toBeNull();
    }
  });

  it('says what it is', async () => {
    expect(await (await fetch(gateway.url)).json()).toMatchObject({ name: 'parley', docs: '/docs' });
    const page = await fetch(gateway.url, { headers: { accept: 'text/html,*/*;q=0.8' } });
    expect(await page.text()).toContain('href="/docs"');
    expect((await fetch(`${gateway.url}/health/ready`)).status).toBe(200);
  });

  it('offers the documents of all four services in one Swagger UI', async () => {
    expect(await (await fetch(`${gateway.url}/docs`)).text()).toContain('swagger-ui-bundle.js');
    const config = await (await fetch(`${gateway.url}/docs/swagger-ui-init.js`)).text();
    for (const name of ['chat', 'media', 'notification', 'api-gateway']) {
      expect(config).toContain(`"url": "/docs/${name}/openapi.json"`);
    }
    const own = (await (await fetch(`${gateway.url}/docs/api-gateway/openapi.json`)).json()) as { paths: object };
    expect(Object.keys(own.paths)).toEqual(expect.arrayContaining(['/api/v1/auth/login', '/api/v1/users/me']));
    expect(JSON.stringify(own.paths)).not.toContain('*path');
  });
});

describe('a stop', () => {
  it('lets a request that is under way end', async () => {
    const other = await startGateway({ MEDIA_URLS: media.url });
    const arrived = new Promise<ServerResponse>((done) => {
      onMedia = (_request, response) => done(response);
    });
    const asked = fetch(`${other.url}/api/v1/media/1`, { headers: { authorization } });
    const response = await arrived;
    const stopped = other.stop();
    response.end('still answered');
    expect(await (await asked).text()).toBe('still answered');
    await stopped;
  });
});
