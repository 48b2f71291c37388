import type { Socket } from 'node:net';
import { Injectable } from '@nestjs/common';

/** The open WebSockets: a client's connection and the upstream's end together, however either ends. */
@Injectable()
export class Tunnels {
  private readonly clients = new WeakSet<Socket>();

  join(client: Socket, upstream: Socket): void {
    this.clients.add(client);
    client.once('close', () => upstream.destroy());
    // What the upstream said last still goes out.
    upstream.once('close', () => client.destroySoon());
  }

  has(client: Socket): boolean {
    return this.clients.has(client);
  }
}
