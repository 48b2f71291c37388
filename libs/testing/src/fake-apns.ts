import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
  createSecureServer,
  type Http2SecureServer,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Arrivals } from './arrivals.js';
import { objectionTo } from './fake-apns.objections.js';
import { TLS } from './fake-apns.keys.js';

/** One request to push, in the order of arrival. */
export interface FakeApnsPush {
  token: string;
  headers: IncomingHttpHeaders;
  /** The JSON body; empty when there is none. */
  payload: Record<string, unknown>;
  /** The number of its HTTP/2 session, from 1. */
  session: number;
  /** Milliseconds since 1970. */
  at: number;
  status: number;
}

/** How a token's pushes are answered. */
export interface FakeApnsAnswer {
  /** HTTP status; 0 cuts the connection without an answer. */
  status: number;
  reason?: string;
  /** Of a 410: since when the token is dead, milliseconds since 1970. */
  timestamp?: number;
  /** Held until this resolves; a promise that never does is a server that hangs. */
  after?: Promise<unknown>;
}

/** A server on a free port that speaks Apple's push protocol over HTTP/2 and TLS, answers as told, and remembers every push. */
export class FakeApns {
  /** How many HTTP/2 sessions were opened. */
  sessions = 0;
  /** Provider tokens that were seen, in the order of their first use. */
  readonly providerTokens = new Set<string>();
  private readonly arrivals = new Arrivals<FakeApnsPush>('push');
  private readonly open = new Set<ServerHttp2Session>();
  private readonly expired = new Set<string>();
  private readonly scripts = new Map<string, FakeApnsAnswer[]>();

  private constructor(private readonly server: Http2SecureServer) {
    server.on('session', (session) => this.serve(session, (this.sessions += 1)));
  }

  static async start(port = 0): Promise<FakeApns> {
    const server = createSecureServer({ cert: TLS.cert, key: TLS.key });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return new FakeApns(server);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Every push so far. */
  get pushes(): readonly FakeApnsPush[] {
    return this.arrivals.all;
  }

  /** The sessions that are open now. */
  get openSessions(): number {
    return this.open.size;
  }

  /** The pushes of a token are answered by these, one after the other; the last one stays. */
  answers(token: string, ...answers: FakeApnsAnswer[]): void {
    this.scripts.set(token, answers);
  }

  /** The next push that was not handed out yet and that `wanted` accepts. */
  next(wanted?: (push: FakeApnsPush) => boolean, timeoutMs?: number): Promise<FakeApnsPush> {
    return this.arrivals.next(wanted, timeoutMs);
  }

  /** The pushes that a token got. */
  of(token: string): FakeApnsPush[] {
    return this.pushes.filter((push) => push.token === token);
  }

  /** The provider tokens that were used until now are answered as expired from now on. */
  expireProviderTokens(): void {
    for (const token of this.providerTokens) this.expired.add(token);
  }

  /** Tells every client to open a new session for what comes next. */
  goAway(): void {
    for (const session of this.open) session.goaway(0);
  }

  /** Resolves when the sessions that are open now are closed. */
  async sessionsClosed(): Promise<void> {
    await Promise.all([...this.open].map((session) => once(session, 'close')));
  }

  async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    for (const session of this.open) session.destroy();
    await closed;
  }

  private serve(session: ServerHttp2Session, number: number): void {
    this.open.add(session);
    session.on('close', () => this.open.delete(session)).on('error', () => undefined);
    session.on('stream', (stream, headers) => {
      stream.on('error', () => undefined);
      void this.answer(stream, headers, number);
    });
  }

  private async answer(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, session: number): Promise<void> {
    const at = Date.now();
    const body = await text(stream).catch(() => '');
    const token = /[^/]*$/.exec(headers[':path'] ?? '')?.[0] ?? '';
    const answer = (await this.objection(headers, body)) ?? this.scripted(token);
    const payload = JSON.parse(body || '{}') as Record<string, unknown>;
    this.arrivals.add({ token, headers, payload, session, at, status: answer.status });
    await answer.after;
    if (!stream.destroyed) reply(stream, answer);
  }

  private async objection(headers: IncomingHttpHeaders, body: string): Promise<FakeApnsAnswer | undefined> {
    const bearer = /^bearer (.+)$/i.exec(headers.authorization ?? '')?.[1];
    if (bearer) this.providerTokens.add(bearer);
    if (bearer && this.expired.has(bearer)) return { status: 403, reason: 'ExpiredProviderToken' };
    return objectionTo({ headers, body, bearer });
  }

  private scripted(token: string): FakeApnsAnswer {
    const script = this.scripts.get(token) ?? [];
    return (script.length > 1 ? script.shift() : script[0]) ?? { status: 200 };
  }
}

function reply(stream: ServerHttp2Stream, { status, reason, timestamp }: FakeApnsAnswer): void {
  if (status === 0) return stream.session?.destroy();
  stream.respond({ ':status': status, 'apns-id': randomUUID().toUpperCase() });
  stream.end(status === 200 ? '' : JSON.stringify({ reason, ...(timestamp && { timestamp }) }));
}
