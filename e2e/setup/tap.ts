import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

interface Snare {
  words: RegExp;
  /** Whether the server still gets the request, and only its answer is held. */
  holds: 'request' | 'answer';
  caught: () => void;
}

/** Stands between a process and an engine, passes everything on, and holds one request or its answer when told to. */
export class Tap {
  readonly port: number;
  private readonly sockets = new Set<Socket>();
  private snare: Snare | undefined;

  private constructor(
    private readonly server: Server,
    private readonly to: { host: string; port: number },
  ) {
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (client) => this.join(client));
  }

  static async before(to: { host: string; port: number }): Promise<Tap> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Tap(server, to);
  }

  /** Resolves when a request with these words is there and held, or its answer: for good, as is the rest of its connection. */
  holds(holds: Snare['holds'], words: RegExp): Promise<void> {
    return new Promise((caught) => (this.snare = { words, holds, caught }));
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private join(client: Socket): void {
    const server = connect(this.to);
    let held: Snare['holds'] | undefined;
    client.on('data', (chunk) => {
      const { snare } = this;
      if (!held && snare?.words.test(chunk.toString('latin1'))) {
        held = snare.holds;
        this.snare = undefined;
        if (held === 'answer') server.write(chunk);
        snare.caught();
      } else if (held !== 'request') server.write(chunk);
    });
    server.on('data', (chunk) => held ?? client.write(chunk));
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.sockets.add(one);
      one.on('error', () => one.destroy());
      one.on('close', () => {
        this.sockets.delete(one);
        other.destroy();
      });
    }
  }
}
