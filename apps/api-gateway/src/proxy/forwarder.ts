import type { Agent } from 'node:http';
import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { plainAddress } from '@app/common/address/address.rules.js';
import { ClientAddresses } from '@app/common/address/client-addresses.js';
import { ENV } from '@app/common/env/shared.settings.js';
import { type Instruments, Metrics } from '@app/common/metrics/metrics.js';
import { Inject, Injectable } from '@nestjs/common';
import { createProxyMiddleware, type RequestHandler } from 'http-proxy-middleware';
import type { Env } from '../env.js';
import { type Passage, upstreamDown } from './dispatcher.js';
import { HopSpans } from './hop.spans.js';
import { forwardedHeaders } from './routing/forwarded.rules.js';
import { endToEnd } from './routing/hops.rules.js';
import { proxyMetrics } from './proxy.metrics.js';
import { refuse, refuseConnection } from './refusal.js';
import { Tunnels } from './tunnels.js';
import { agentFor } from './upstreams/connections.js';

/** Nothing of the request has reached anybody. */
const NOT_CONNECTED = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT']);

/** Passes requests and WebSockets on to an upstream, as streams. */
@Injectable()
export class Forwarder {
  private readonly proxies = new Map<string, RequestHandler>();
  private readonly passages = new WeakMap<IncomingMessage, Passage & { began: number }>();
  private readonly agents: Record<'http:' | 'https:', Agent>;
  private readonly addresses: ClientAddresses;
  private readonly counts: Instruments<typeof proxyMetrics>;
  private readonly spans = new HopSpans();

  constructor(
    @Inject(ENV) private readonly env: Env,
    private readonly tunnels: Tunnels,
    metrics: Metrics,
  ) {
    this.counts = metrics.of(proxyMetrics);
    const agent = (scheme: string) => agentFor(scheme, env.UPSTREAM_CONNECT_TIMEOUT_MS);
    this.agents = { 'http:': agent('http:'), 'https:': agent('https:') };
    this.addresses = new ClientAddresses(env.TRUSTED_PROXIES);
  }

  /** Passes a request on; ends when its answer has. */
  async forward(passage: Passage, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (passage.sockets && request.method === 'GET') this.tunnels.poll(request.socket, response);
    request.headers = this.headersFor(request, endToEnd(request.headers));
    await this.prepare(passage, request)(request, response);
  }

  /** Passes a WebSocket handshake on, and then whatever is said. */
  upgrade(passage: Passage, request: IncomingMessage, at: { socket: Socket; head: Buffer }): void {
    const headers = { ...endToEnd(request.headers), connection: 'Upgrade', upgrade: 'websocket' };
    request.headers = this.headersFor(request, headers);
    this.prepare(passage, request).upgrade(request, at.socket, at.head);
  }

  private headersFor(request: IncomingMessage, headers: IncomingMessage['headers']): IncomingMessage['headers'] {
    const { socket } = request;
    const address = this.addresses.of(request);
    const believed = this.addresses.trusts(plainAddress(socket.remoteAddress ?? '') ?? '');
    return forwardedHeaders(headers, { address, believed, encrypted: socket instanceof TLSSocket });
  }

  private prepare(passage: Passage, request: IncomingMessage): RequestHandler {
    this.passages.set(request, { ...passage, began: performance.now() });
    request.url = passage.url;
    this.spans.begin(request, passage);
    const { url } = passage.upstream;
    const proxy = this.proxies.get(url) ?? this.proxyTo(url);
    this.proxies.set(url, proxy);
    return proxy;
  }

  private proxyTo(target: string): RequestHandler {
    return createProxyMiddleware({
      target,
      changeOrigin: true,
      agent: this.agents[target.startsWith('https:') ? 'https:' : 'http:'],
      proxyTimeout: this.env.UPSTREAM_TIMEOUT_MS,
      upgradeTimeout: this.env.UPSTREAM_TIMEOUT_MS,
      on: {
        proxyRes: (answer, request, response) => {
          this.spans.answered(request, answer);
          this.observe(request);
          const { 'transfer-encoding': _framing, ...headers } = endToEnd(answer.headers);
          answer.headers = { ...headers, connection: response.shouldKeepAlive ? 'keep-alive' : 'close' };
        },
        proxyReqWs: (asked, _request, client) => {
          asked.once('upgrade', (_answer, upstream) => this.tunnels.join(client, upstream));
        },
        error: (error, request, response) => this.failed(error, request, response),
      },
    });
  }

  private observe(request: IncomingMessage): void {
    const passage = this.passages.get(request);
    if (!passage || (passage.sockets && request.method === 'GET')) return;
    this.counts.answers.with({ service: passage.service }).since(passage.began);
  }

  /** The upstream did not answer, or broke off. */
  private failed(error: NodeJS.ErrnoException, request: IncomingMessage, answer: ServerResponse | Socket): void {
    const passage = this.passages.get(request);
    this.spans.failed(request, error);
    // A client that hung up says nothing about the upstream.
    if (!passage || request.socket.destroyed) return;
    if (!(answer instanceof ServerResponse) && this.tunnels.has(answer)) {
      answer.destroy();
      return;
    }
    this.counts.failures.with({ service: passage.service }).inc();
    const isUnheard = NOT_CONNECTED.has(String(error.code));
    // An upstream that waits for a slow sender's body is not down.
    if (isUnheard || request.complete) passage.pool.failed(passage.upstream);
    if (!(answer instanceof ServerResponse)) refuseConnection(answer, passage.otherwise);
    else if (!isUnheard || !this.isTriedElsewhere(passage, request, answer)) giveUp(passage, request, answer);
  }

  /** Another upstream may answer what nobody has heard, if nothing of a body is gone. */
  private isTriedElsewhere(passage: Passage, request: IncomingMessage, response: ServerResponse): boolean {
    const { pool, upstream, tries = 1 } = passage;
    const other = pool.next();
    const hasBody = 'content-length' in request.headers || 'transfer-encoding' in request.headers;
    if (passage.otherwise !== upstreamDown || hasBody || other === upstream || tries >= pool.upstreams.length)
      return false;
    void this.prepare({ ...passage, upstream: other, tries: tries + 1 }, request)(request, response);
    return true;
  }
}

function giveUp({ otherwise }: Passage, request: IncomingMessage, response: ServerResponse): void {
  // What is left of the body must be read, or the client's connection hangs.
  request.unpipe();
  request.resume();
  refuse(response, otherwise);
}
