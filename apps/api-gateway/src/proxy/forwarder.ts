import { Agent as HttpAgent, type IncomingMessage, ServerResponse } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { plainAddress } from '@app/common/address/address.rules.js';
import { ClientAddresses } from '@app/common/address/client-addresses.js';
import { ENV } from '@app/common/env/shared.settings.js';
import { Inject, Injectable } from '@nestjs/common';
import { createProxyMiddleware, type RequestHandler } from 'http-proxy-middleware';
import type { Env } from '../env.js';
import type { Passage } from './dispatcher.js';
import { forwardedHeaders } from './routing/forwarded.rules.js';
import { refuse, refuseConnection } from './refusal.js';
import { Tunnels } from './tunnels.js';

/** Every long poll holds a connection for half a minute, so their number has no bound here. */
const CONNECTIONS = { keepAlive: true, maxSockets: Infinity, maxFreeSockets: 256 };

/** Passes requests and WebSockets on to an upstream, as streams. */
@Injectable()
export class Forwarder {
  private readonly proxies = new Map<string, RequestHandler>();
  private readonly passages = new WeakMap<IncomingMessage, Passage>();
  private readonly http = new HttpAgent(CONNECTIONS);
  private readonly https = new HttpsAgent(CONNECTIONS);
  private readonly addresses: ClientAddresses;

  constructor(
    @Inject(ENV) private readonly env: Env,
    private readonly tunnels: Tunnels,
  ) {
    this.addresses = new ClientAddresses(env.TRUSTED_PROXIES);
  }

  /** Passes a request on; ends when its answer has. */
  async forward(passage: Passage, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (passage.sockets && request.method === 'GET') this.tunnels.poll(request.socket, response);
    await this.prepare(passage, request)(request, response);
  }

  /** Passes a WebSocket handshake on, and then whatever is said. */
  upgrade(passage: Passage, request: IncomingMessage, at: { socket: Socket; head: Buffer }): void {
    this.prepare(passage, request).upgrade(request, at.socket, at.head);
  }

  private prepare(passage: Passage, request: IncomingMessage): RequestHandler {
    this.passages.set(request, passage);
    request.url = passage.url;
    const { socket } = request;
    const address = this.addresses.of(request);
    const believed = this.addresses.trusts(plainAddress(socket.remoteAddress ?? '') ?? '');
    request.headers = forwardedHeaders(request.headers, { address, believed, encrypted: socket instanceof TLSSocket });
    const { url } = passage.upstream;
    const proxy = this.proxies.get(url) ?? this.proxyTo(url);
    this.proxies.set(url, proxy);
    return proxy;
  }

  private proxyTo(target: string): RequestHandler {
    return createProxyMiddleware({
      target,
      changeOrigin: true,
      agent: target.startsWith('https:') ? this.https : this.http,
      proxyTimeout: this.env.UPSTREAM_TIMEOUT_MS,
      upgradeTimeout: this.env.UPSTREAM_TIMEOUT_MS,
      on: {
        proxyReqWs: (asked, _request, client) => {
          asked.once('upgrade', (_answer, upstream) => this.tunnels.join(client, upstream));
        },
        error: (_error, request, response) => this.failed(request, response),
      },
    });
  }

  /** The upstream did not answer, or broke off. */
  private failed(request: IncomingMessage, answer: ServerResponse | Socket): void {
    const passage = this.passages.get(request);
    // A client that hung up says nothing about the upstream.
    if (!passage || request.socket.destroyed) return;
    if (!(answer instanceof ServerResponse) && this.tunnels.has(answer)) {
      answer.destroy();
      return;
    }
    passage.pool.failed(passage.upstream);
    if (!(answer instanceof ServerResponse)) {
      refuseConnection(answer, passage.otherwise);
      return;
    }
    // What is left of the body must be read, or the client's connection hangs.
    request.unpipe();
    request.resume();
    refuse(answer, passage.otherwise);
  }
}
