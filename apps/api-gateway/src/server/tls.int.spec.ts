import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, request as httpsRequest } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connect, type TLSSocket } from 'node:tls';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
import { echo, standIn, startGateway, tokenOf } from '../gateway.suite.js';
import { FIRST, SECOND } from './certificates.suite.js';
import { readTls } from './tls.js';

let folder: string;
let files: { TLS_CERT_FILE: string; TLS_KEY_FILE: string };
let service: Awaited<ReturnType<typeof standIn>>;
let gateway: Awaited<ReturnType<typeof startGateway>>;

const ca = [FIRST.cert, SECOND.cert];
const write = async ({ cert, key }: Partial<typeof FIRST>) => {
  if (cert) await writeFile(files.TLS_CERT_FILE, cert);
  if (key) await writeFile(files.TLS_KEY_FILE, key);
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-tls-'));
  files = { TLS_CERT_FILE: join(folder, 'tls.crt'), TLS_KEY_FILE: join(folder, 'tls.key') };
  await write(FIRST);
  service = await standIn(echo, { node: 'n1' });
  const sockets = new Server(service.server);
  sockets.engine.generateId = () => `n1.${Math.random().toString(36).slice(2)}`;
  sockets.on('connection', (socket) => socket.on('hi', (answer: (said: string) => void) => answer('hi')));
  gateway = await startGateway({ CHAT_URLS: service.url, ...files });
});
afterAll(async () => {
  await gateway.stop();
  await service.stop();
  await rm(folder, { recursive: true });
});

async function ask(path: string, agent = new Agent({ ca })): Promise<IncomingMessage & { body: string }> {
  const headers = { authorization: `Bearer ${tokenOf('ana')}` };
  const asked = httpsRequest({ host: '127.0.0.1', port: gateway.port, path, headers, agent }).end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  return Object.assign(answer, { body: await text(answer) });
}

/** The certificate that a new connection gets. */
async function shown(): Promise<string | undefined> {
  const socket: TLSSocket = connect({ host: '127.0.0.1', port: gateway.port, ca });
  await once(socket, 'secureConnect');
  const { CN } = socket.getPeerCertificate().subject;
  socket.destroy();
  return String(CN);
}

async function becomes(name: string): Promise<void> {
  while ((await shown()) !== name) await new Promise((later) => setTimeout(later, 100));
}

it('speaks HTTPS, tells services so, and tells browsers to stay with it', async () => {
  const { headers, body } = await ask('/api/v1/chat/x');
  expect(headers['strict-transport-security']).toBe('max-age=15552000');
  expect((JSON.parse(body) as { headers: object }).headers).toMatchObject({ 'x-forwarded-proto': 'https' });
  await expect(fetch(`http://127.0.0.1:${gateway.port}/`)).rejects.toThrow();
});

it.each([['polling'], ['websocket']])('speaks WSS, beginning with %s', async (first) => {
  const client = io(`https://127.0.0.1:${gateway.port}`, {
    ca,
    transports: [first, 'websocket'],
    forceNew: true,
  } as object);
  await once(client as unknown as NodeJS.EventEmitter, 'connect');
  expect(await client.timeout(5000).emitWithAck('hi')).toBe('hi');
  client.close();
});

it('shows a renewed certificate to new connections, and drops none that is open', async () => {
  const kept = new Agent({ ca, keepAlive: true, maxSockets: 1 });
  const before = await ask('/health/live', kept);
  expect(await shown()).toBe('first.example');
  await write(SECOND);
  await becomes('second.example');
  const after = await ask('/health/live', kept);
  expect(after.statusCode).toBe(200);
  expect(after.socket).toBe(before.socket);
  kept.destroy();
});

it('goes on with the old one while the new one and its key do not fit', async () => {
  await write(SECOND);
  await becomes('second.example');
  await write({ cert: FIRST.cert });
  // Longer than it takes to look at the files.
  await new Promise((later) => setTimeout(later, 3000));
  expect(await shown()).toBe('second.example');
  await write({ key: FIRST.key });
  await becomes('first.example');
});

it('does not start with half a pair, or with two halves that do not fit', async () => {
  const other = join(folder, 'other.key');
  await writeFile(other, SECOND.key);
  await write(FIRST);
  expect(() => readTls({ ...files, TLS_KEY_FILE: other })).toThrow();
  expect(() => readTls({ ...files, TLS_KEY_FILE: undefined })).toThrow('together');
  expect(() => readTls({ ...files, TLS_CERT_FILE: join(folder, 'none') })).toThrow('ENOENT');
  expect(readTls({ TLS_CERT_FILE: undefined, TLS_KEY_FILE: undefined })).toBeUndefined();
});
