import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { io, type ManagerOptions, type Socket } from 'socket.io-client';
import { suite } from './suite.ts';

const { gateway } = suite();
const sockets: Socket[] = [];

interface Person {
  id: string;
  token: string;
}

async function call<T>(method: string, path: string, { token, body }: { token?: string; body?: unknown } = {}) {
  const json = body === undefined || body instanceof FormData ? body : JSON.stringify(body);
  const headers = {
    ...(typeof json === 'string' && { 'content-type': 'application/json' }),
    ...(token && { authorization: `Bearer ${token}` }),
  };
  const answer = await fetch(gateway + path, { method, headers, ...(json !== undefined && { body: json }) });
  return { status: answer.status, ...((await answer.json()) as { success: boolean; code?: string; data: T }) };
}

async function signUp(name: string): Promise<Person> {
  const body = { username: `${name}-${randomUUID().slice(0, 8)}`, password: 'correct-horse-42', name };
  const { status, data } = await call<{ accessToken: string; user: { _id: string } }>('POST', '/api/v1/auth/register', {
    body,
  });
  expect(status).toBe(201);
  return { id: data.user._id, token: data.accessToken };
}

async function talk({ token }: Person, transports: ManagerOptions['transports']): Promise<Socket> {
  const socket = io(`${gateway}/chat`, { auth: { token }, transports, forceNew: true });
  sockets.push(socket);
  await once(socket as unknown as NodeJS.EventEmitter, 'connect');
  return socket;
}

const nodeOf = (socket: Socket): string | undefined => socket.io.engine.id.split('.').slice(0, -1).join('.');
const hears = (socket: Socket, event: string) => once(socket as unknown as NodeJS.EventEmitter, event);

let ana: Person;
let ben: Person;
let conversationId: string;

beforeAll(async () => {
  [ana, ben] = [await signUp('Ana'), await signUp('Ben')];
  const opened = await call<{ _id: string }>('POST', '/api/v1/chat/conversations', {
    token: ana.token,
    body: { participantIds: [ben.id] },
  });
  expect(opened.status).toBe(201);
  conversationId = opened.data._id;
});

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close();
});

describe('chatting through the gateway', () => {
  it.each([[['polling']], [['websocket']], [['polling', 'websocket']]])(
    'works over %j, from one chat node to the other',
    async (transports) => {
      const from = await talk(ana, transports);
      // Handshakes take turns, so the other node is at most a few away.
      let to = await talk(ben, transports);
      for (let tries = 0; nodeOf(to) === nodeOf(from) && tries < 5; tries++) to = await talk(ben, transports);
      expect(new Set([nodeOf(from), nodeOf(to)])).toEqual(new Set(['chat-1', 'chat-2']));
      for (const text of ['one', 'two', 'three']) {
        const heard = hears(to, 'message_new');
        const ack = (await from.timeout(5000).emitWithAck('message_send', {
          conversationId,
          text,
          localId: randomUUID(),
        })) as { ok: boolean };
        expect(ack.ok).toBe(true);
        expect(await heard).toMatchObject([{ message: { text, senderId: ana.id, conversationId } }]);
      }
    },
  );

  it('is answered "Session ID unknown" for a session of a node that is gone', async () => {
    const answer = await fetch(`${gateway}/socket.io/?EIO=4&transport=polling&sid=chat-9.abcdef`);
    expect([answer.status, await answer.json()]).toEqual([400, { code: 1, message: 'Session ID unknown' }]);
  });
});

describe('the services behind the gateway', () => {
  it('know the people who signed up at it, under the names they have there', async () => {
    await call('PATCH', '/api/v1/users/me', { token: ben.token, body: { name: 'Benjamin' } });
    const found = await call<{ _id: string; name: string }[]>('GET', `/api/v1/users?search=benjamin`, ana);
    expect(found.data).toContainEqual(expect.objectContaining({ _id: ben.id, name: 'Benjamin' }));
    const list = await call<{ _id: string }[]>('GET', '/api/v1/chat/conversations', { token: ben.token });
    expect(list.data.map(({ _id }) => _id)).toContain(conversationId);
    expect((await call<{ name: string }>('GET', '/api/v1/users/me', { token: ben.token })).data.name).toBe('Benjamin');
  });

  it('take devices and files, and give files back', async () => {
    const device = { installationId: randomUUID(), platform: 'android', provider: 'fcm', token: randomUUID() };
    const registered = await call('POST', '/api/v1/devices', { token: ana.token, body: device });
    expect(registered.success).toBe(true);
    expect((await call('DELETE', `/api/v1/devices/${device.installationId}`, { token: ana.token })).status).toBe(200);

    const form = new FormData();
    const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
    form.set('file', new Blob([Buffer.from(pixel, 'base64')], { type: 'image/png' }), 'pixel.png');
    const { status, data } = await call<{ _id: string }>('POST', '/api/v1/media', { token: ana.token, body: form });
    expect(status).toBe(201);
    const file = await fetch(`${gateway}/api/v1/media/${data._id}`, {
      headers: { authorization: `Bearer ${ana.token}` },
    });
    expect(Buffer.from(await file.arrayBuffer()).toString('base64')).toBe(pixel);
  });

  it.each(['/api/v1/chat/conversations', '/api/v1/devices', '/api/v1/media/1', '/api/v1/users/me'])(
    'are not reached at %s without a token',
    async (path) => {
      expect(await call('GET', path)).toMatchObject({ status: 401, success: false, code: 'UNAUTHENTICATED' });
    },
  );

  it.each([
    ['chat', '/api/v1/chat', '/conversations'],
    ['media', '/api/v1', '/media'],
    ['notification', '/api/v1', '/devices'],
    ['api-gateway', '/', '/api/v1/auth/login'],
  ])('say in the document of %s how they are reached through the gateway', async (service, server, path) => {
    const answer = await fetch(`${gateway}/docs/${service}/openapi.json`);
    const document = (await answer.json()) as { servers: { url: string }[]; paths: Record<string, object> };
    expect(document.servers[0]?.url).toBe(server);
    expect(Object.keys(document.paths)).toContain(path);
  });
});
