import type { Socket } from 'node:net';
import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';

/** The open WebSockets: the client's connection and the upstream's end together, and all end when the app does. */
@Injectable()
export class Tunnels implements BeforeApplicationShutdown {
  private readonly clients = new Set<Socket>();

  join(client: Socket, upstream: Socket): void {
    this.clients.add(client);
    client.once('close', () => {
      this.clients.delete(client);
      upstream.destroy();
    });
    // What the upstream said last still goes out.
    upstream.once('close', () => client.destroySoon());
  }

  has(client: Socket): boolean {
    return this.clients.has(client);
  }

  beforeApplicationShutdown(): void {
    for (const client of this.clients) client.destroy();
  }
}
