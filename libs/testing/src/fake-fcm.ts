import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { Arrivals } from './arrivals.js';

/** The `message` of a send request, as FCM's HTTP v1 API gets it. */
export interface FcmMessage {
  token: string;
  notification?: { title?: string; body?: string };
  data?: Record<string, string>;
  android?: Record<string, unknown>;
  apns?: { headers?: Record<string, string>; payload?: Record<string, unknown> };
  webpush?: Record<string, unknown>;
}

/** One send request, in the order of arrival. */
export interface FakePush {
  token: string;
  message: FcmMessage;
  project: string;
  headers: IncomingHttpHeaders;
  /** Milliseconds since 1970. */
  at: number;
  /** Bytes of the message without its token. */
  size: number;
  status: number;
}

/** How a token's pushes are answered. */
export interface FakeAnswer {
  /** HTTP status; 0 cuts the connection without an answer. */
  status: number;
  /** The error's `errorCode`, e.g. `UNREGISTERED`; left out, the body has no FcmError detail. */
  error?: string;
  /** The error's message, and the field it is about. */
  message?: string;
  field?: string;
  /** The `Retry-After` header: seconds, or a date. */
  retryAfter?: number | string;
  /** A body that is no JSON, as Google's front end sends. */
  html?: boolean;
  /** Held until this resolves. */
  after?: Promise<unknown>;
}

const SEND = /^\/v1\/projects\/([^/]+)\/messages:send$/;
const MAX_BYTES = 4096;
const STATUS_NAMES: Record<number, string> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
};

/** A server on a free port that speaks FCM's HTTP v1 `messages:send`, answers as told, and remembers every push. */
export class FakeFcm {
  /** How many connections were opened; a keep-alive client needs few. */
  connections = 0;
  /** `host:port`, for `FCM_EMULATOR_HOST`. */
  readonly host: string;
  private readonly server: Server;
  private readonly sockets: Set<Socket>;
  private readonly scripts = new Map<string, FakeAnswer[]>();
  private readonly arrivals = new Arrivals<FakePush>('push');

  private constructor(server: Server, sockets: Set<Socket>) {
    this.server = server;
    this.sockets = sockets;
    this.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('connection', () => (this.connections += 1));
    server.on('request', (request, response) => void this.answer(request, response));
  }

  static async start(port = 0): Promise<FakeFcm> {
    const server = createServer();
    const sockets = new Set<Socket>();
    server.on('connection', (socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return new FakeFcm(server, sockets);
  }

  /** The pushes of a token are answered by these, one after the other; the last one stays. */
  answers(token: string, ...answers: FakeAnswer[]): void {
    this.scripts.set(token, answers);
  }

  /** Every push so far. */
  get pushes(): readonly FakePush[] {
    return this.arrivals.all;
  }

  /** The next push that was not handed out yet and that `wanted` accepts. */
  next(wanted?: (push: FakePush) => boolean, timeoutMs?: number): Promise<FakePush> {
    return this.arrivals.next(wanted, timeoutMs);
  }

  /** The pushes that a token got. */
  of(token: string): FakePush[] {
    return this.pushes.filter((push) => push.token === token);
  }

  async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const at = Date.now();
    const project = SEND.exec(request.url ?? '')?.[1];
    const body = await text(request).catch(() => '');
    if (request.method !== 'POST' || !project) return reply(response, { status: 404 });
    const { message } = JSON.parse(body) as { message: FcmMessage };
    const { token, ...rest } = message;
    const size = Buffer.byteLength(JSON.stringify(rest));
    const answer = objection(message, size) ?? this.scripted(token);
    this.arrivals.add({ token, message, project, headers: request.headers, at, size, status: answer.status });
    await answer.after;
    reply(response, answer, `projects/${project}/messages/${this.pushes.length}`);
  }

  private scripted(token: string): FakeAnswer {
    const script = this.scripts.get(token) ?? [];
    return (script.length > 1 ? script.shift() : script[0]) ?? { status: 200 };
  }
}

/** What the real API refuses, whatever the token. */
function objection(message: FcmMessage, size: number): FakeAnswer | undefined {
  const invalid = { status: 400, error: 'INVALID_ARGUMENT' };
  if (typeof message.token !== 'string') return { ...invalid, field: 'message.token', message: 'No token.' };
  if (size > MAX_BYTES) return { ...invalid, message: 'Message is too big.' };
  const bad = Object.entries(message.data ?? {}).find(
    ([key, value]) => typeof value !== 'string' || /^(from|message_type|google\.|gcm\.)/.test(key),
  );
  return bad && { ...invalid, field: `message.data.${bad[0]}`, message: 'Invalid data payload.' };
}

function reply(response: ServerResponse, answer: FakeAnswer, name = ''): void {
  if (answer.status === 0) return void response.destroy();
  const headers = answer.retryAfter === undefined ? {} : { 'Retry-After': String(answer.retryAfter) };
  if (answer.html) {
    response.writeHead(answer.status, { ...headers, 'Content-Type': 'text/html' }).end('<html>Error</html>');
    return;
  }
  response.writeHead(answer.status, { ...headers, 'Content-Type': 'application/json' });
  response.end(JSON.stringify(answer.status === 200 ? { name } : { error: errorOf(answer) }));
}

function errorOf({ status, error, message, field }: FakeAnswer): object {
  const details = [
    ...(error ? [{ '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError', errorCode: error }] : []),
    ...(field
      ? [{ '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [{ field, description: message }] }]
      : []),
  ];
  return { code: status, message: message ?? error ?? 'error', status: STATUS_NAMES[status] ?? 'UNKNOWN', details };
}
