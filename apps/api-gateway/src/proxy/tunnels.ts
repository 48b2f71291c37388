import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Metrics } from '@app/common/metrics/metrics.js';
import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { proxyMetrics } from './proxy.metrics.js';

/** The connections of sockets, WebSockets and long polls alike: at a stop they are cut, as they would never end. */
@Injectable()
export class Tunnels implements BeforeApplicationShutdown {
  private readonly open = new Set<Socket>();
  private readonly upgraded = new WeakSet<Socket>();
  private websockets = 0;
  private stopping = false;

  constructor(metrics: Metrics) {
    const { tunnels } = metrics.of(proxyMetrics);
    tunnels.with({ transport: 'websocket' }).reads(() => this.websockets);
    tunnels.with({ transport: 'polling' }).reads(() => this.open.size - this.websockets);
  }

  /** A WebSocket: the client's connection and the upstream's end together, however either ends. */
  join(client: Socket, upstream: Socket): void {
    this.upgraded.add(client);
    this.websockets++;
    this.add(client);
    client.once('close', () => {
      this.open.delete(client);
      this.websockets--;
      upstream.destroy();
    });
    // What the upstream said last still goes out.
    upstream.once('close', () => client.destroySoon());
  }

  /** A long poll: its connection counts until it is answered. */
  poll(client: Socket, answer: ServerResponse): void {
    this.add(client);
    answer.once('close', () => this.open.delete(client));
  }

  has(client: Socket): boolean {
    return this.upgraded.has(client);
  }

  beforeApplicationShutdown(): void {
    this.stopping = true;
    for (const client of this.open) client.destroy();
  }

  private add(client: Socket): void {
    this.open.add(client);
    if (this.stopping) client.destroy();
  }
}
