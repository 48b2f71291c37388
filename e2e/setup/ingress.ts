import {
  createServer,
  type IncomingMessage,
  request as httpRequest,
  type Server,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** Names the address that a test's client has; the ingress tells of it as if it had come from there. */
export const CLIENT = 'x-test-client';

/** A balancer as dull as can be: no cookies, no memory; each request and each WebSocket goes to the next gateway. */
export class Ingress {
  /** By which gateways the requests of each Engine.IO session went. */
  readonly ways = new Map<string, Set<string>>();
  private readonly server: Server;
  private readonly open = new Set<Socket>();
  private turn = 0;

  private constructor(private readonly gateways: string[]) {
    this.server = createServer((request, response) => void this.pass(request, response));
    this.server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      this.tunnel(request, socket, head);
    });
    this.server.on('connection', (socket: Socket) => {
      this.open.add(socket);
      socket.once('close', () => this.open.delete(socket));
    });
  }

  static async start(gateways: string[]): Promise<Ingress> {
    const ingress = new Ingress([...gateways]);
    await new Promise<void>((done) => ingress.server.listen(0, '127.0.0.1', done));
    return ingress;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** A gateway that is known to be dead gets nothing more, as after a failed probe. */
  forget(gateway: string): void {
    this.gateways.splice(this.gateways.indexOf(gateway), 1);
  }

  stop(): void {
    this.server.close();
    for (const socket of this.open) socket.destroy();
  }

  private next({ url }: IncomingMessage): string {
    const gateway = this.gateways[this.turn++ % this.gateways.length] ?? '';
    const sid = new URL(url ?? '', 'http://x').searchParams.get('sid');
    if (sid) this.ways.set(sid, (this.ways.get(sid) ?? new Set()).add(gateway));
    return gateway;
  }

  private async pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gateway = this.next(request);
    const asked = httpRequest(gateway + (request.url ?? ''), { method: request.method, headers: headersOf(request) });
    asked.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.on('error', () => response.destroy()).pipe(response);
    });
    asked.on('error', () => (response.headersSent ? response.destroy() : response.writeHead(502).end()));
    response.on('close', () => asked.destroy());
    asked.end(await buffer(request).catch(() => ''));
  }

  private tunnel(request: IncomingMessage, client: Socket, head: Buffer): void {
    const { hostname, port } = new URL(this.next(request));
    const gateway = connect(Number(port), hostname);
    const lines = Object.entries(headersOf(request)).map(([name, value]) => `${name}: ${String(value)}`);
    gateway.write(`GET ${request.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
    gateway.write(head);
    gateway.pipe(client).pipe(gateway);
    for (const socket of [client, gateway]) socket.on('error', () => undefined);
    client.once('close', () => gateway.destroy());
    gateway.once('close', () => client.destroy());
  }
}

/** As every proxy does, it adds its client's address to what that client says. */
function headersOf({ headers }: IncomingMessage): NodeJS.Dict<string | string[]> {
  const said = headers['x-forwarded-for'];
  const client = String(headers[CLIENT] ?? '198.51.100.1');
  return { ...headers, 'x-forwarded-for': said === undefined ? client : `${String(said)}, ${client}` };
}
