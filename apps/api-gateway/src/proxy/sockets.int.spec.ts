import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { Server } from 'socket.io';
import { io, type ManagerOptions, type Socket } from 'socket.io-client';
import { drain } from '@app/common/serve/serve.js';
import { startGateway } from '../gateway.suite.js';

/** A chat node that stands in for a real one: it answers with its name whatever it is asked. */
async function chatNode(node: string, port = 0) {
  const server: HttpServer = createServer((request, response) => {
    if (request.url === '/health/live') response.end(JSON.stringify({ status: 'ok', node }));
  });
  const sockets = new Server(server, { transports: ['polling', 'websocket'], pingInterval: 25_000 });
  sockets.engine.generateId = () => `${node}.${randomBytes(12).toString('base64url')}`;
  sockets.on('connection', (socket) => {
    socket.on('who', (said: string, answer: (said: string) => void) => answer(`${node}:${said}`));
  });
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
  const at = (server.address() as AddressInfo).port;
  const stop = async (): Promise<void> => {
    await sockets.close();
    server.closeAllConnections();
  };
  return { node, server, sockets, port: at, url: `http://127.0.0.1:${at}`, stop };
}

let nodes: Awaited<ReturnType<typeof chatNode>>[];
let gateway: Awaited<ReturnType<typeof startGateway>>;
const clients: Socket[] = [];

beforeEach(async () => {
  nodes = [await chatNode('n1'), await chatNode('n2.local')];
  gateway = await startGateway({ CHAT_URLS: nodes.map(({ url }) => url).join(','), UPSTREAM_TIMEOUT_MS: '3000' });
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await gateway.stop();
  for (const node of nodes) await node.stop();
});

function client(options: Partial<ManagerOptions>): Socket {
  const socket = io(gateway.url, { forceNew: true, reconnectionDelay: 50, reconnectionDelayMax: 100, ...options });
  clients.push(socket);
  return socket;
}

async function connected(options: Partial<ManagerOptions>): Promise<Socket> {
  const socket = client(options);
  if (!socket.connected) await once(socket as unknown as NodeJS.EventEmitter, 'connect');
  return socket;
}

const who = (socket: Socket, said: string) => socket.timeout(2000).emitWithAck('who', said) as Promise<string>;

/** What a handshake that is refused is answered. */
async function handshake(path: string): Promise<string> {
  const socket = connect(gateway.port, '127.0.0.1');
  const key = randomBytes(16).toString('base64');
  const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n';
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n${upgrade}Sec-WebSocket-Key: ${key}\r\n\r\n`);
  return text(socket);
}

const UNKNOWN = '{"code":1,"message":"Session ID unknown"}';

describe('sockets over two chat nodes', () => {
  const ways: Record<string, Partial<ManagerOptions>> = {
    'polling only': { transports: ['polling'] },
    'websocket only': { transports: ['websocket'] },
    'polling that upgrades': { transports: ['polling', 'websocket'] },
  };

  it.each(Object.keys(ways))('work with %s, each client on the node that knows it', async (way) => {
    const people = await Promise.all(Array.from({ length: 6 }, () => connected(ways[way] ?? {})));
    if (way === 'polling that upgrades') {
      for (const { io: manager } of people) {
        const { engine } = manager;
        if (engine.transport.name !== 'websocket') await once(engine as unknown as NodeJS.EventEmitter, 'upgrade');
      }
    }
    const seen = new Set<string | undefined>();
    for (const person of people) {
      const node = nodes.find(({ node: name }) => person.io.engine.id.startsWith(`${name}.`))?.node;
      seen.add(node);
      for (let times = 0; times < 5; times++) expect(await who(person, `hi${times}`)).toBe(`${node}:hi${times}`);
    }
    expect(seen.size).toBe(2);
    expect(people.map(({ io: manager }) => manager.engine.transport.name)).toEqual(
      people.map(() => (way === 'polling only' ? 'polling' : 'websocket')),
    );
  });

  it('carry large frames both ways', async () => {
    const socket = await connected({ transports: ['websocket'] });
    const said = 'x'.repeat(900_000);
    expect(await who(socket, said)).toMatch(new RegExp(`:x{900000}$`));
  });

  it('start anew on the other node when theirs dies', async () => {
    for (const transports of [['polling'], ['websocket']]) {
      const socket = await connected({ transports });
      const [mine, other] = (await who(socket, '')).startsWith('n1') ? nodes : nodes.toReversed();
      const again = once(socket as unknown as NodeJS.EventEmitter, 'connect');
      await mine?.stop();
      await again;
      expect(await who(socket, 'still here')).toBe(`${other?.node}:still here`);
      nodes = await Promise.all(
        nodes.map((node) => (node === mine ? chatNode(node.node, node.port) : Promise.resolve(node))),
      );
    }
  });

  it('are answered "Session ID unknown" when no node knows them', async () => {
    for (const sid of ['n9.abc', 'abc', '.', 'n1']) {
      const poll = await fetch(`${gateway.url}/socket.io/?EIO=4&transport=polling&sid=${sid}`);
      expect([poll.status, await poll.text()]).toEqual([400, UNKNOWN]);
      const said = await handshake(`/socket.io/?EIO=4&transport=websocket&sid=${sid}`);
      expect(said).toMatch(/^HTTP\/1.1 400 Bad Request\r\n/);
      expect(said).toMatch(new RegExp(`\r\n\r\n${UNKNOWN.replace(/[{}]/g, '\\$&')}$`));
    }
  });

  it('are answered so too when their node has just died', async () => {
    await connected({ transports: ['websocket'] });
    for (const node of nodes) await node.stop();
    const poll = await fetch(`${gateway.url}/socket.io/?EIO=4&transport=polling&sid=n1.abc`);
    expect([poll.status, await poll.text()]).toEqual([400, UNKNOWN]);
    expect(await handshake('/socket.io/?EIO=4&transport=websocket&sid=n1.abc')).toMatch(/^HTTP\/1.1 400 .*unknown"}$/s);
  });

  it('find a node that came back under another name', async () => {
    const [first] = nodes;
    if (!first) throw new Error('no node');
    await first.stop();
    nodes[0] = await chatNode('n3', first.port);
    const poll = await fetch(`${gateway.url}/socket.io/?EIO=4&transport=polling&sid=n3.abc`);
    // The node's own answer, not the gateway's: it has been asked.
    expect(poll.headers.get('content-type')).toBe('application/json');
    expect(await poll.text()).toBe(UNKNOWN);
    expect((await fetch(`${gateway.url}/socket.io/?EIO=4&transport=polling&sid=n1.abc`)).status).toBe(400);
  });
});

describe('a WebSocket handshake', () => {
  it.each([
    ['/api/v1/chat/socket.io/?EIO=4&transport=websocket', 401],
    ['/', 404],
    ['/elsewhere/socket.io/?EIO=4&transport=websocket', 404],
    ['/health', 404],
    ['/socket.io/../health?EIO=4&transport=websocket', 400],
    ['//socket.io/?EIO=4&transport=websocket', 400],
  ])('at %s is refused with %d', async (path, status) => {
    const said = await handshake(path);
    expect(said).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(said).toContain('"success":false');
  });

  it('is answered UPSTREAM_DOWN when no node answers, and the gateway lives on', async () => {
    for (const node of nodes) await node.stop();
    expect(await handshake('/socket.io/?EIO=4&transport=websocket')).toMatch(/^HTTP\/1.1 503 .*"UPSTREAM_DOWN",.*}$/s);
    expect((await fetch(`${gateway.url}/health/live`)).status).toBe(200);
  });

  it('is passed on with the service’s own refusal', async () => {
    expect(await handshake('/socket.io/?EIO=4&transport=pigeon')).toMatch(/^HTTP\/1.1 400 .*Transport unknown$/s);
  });
});

describe('a stop of the gateway', () => {
  it('cuts WebSockets on both sides at once', async () => {
    const people = await Promise.all(
      Array.from({ length: 3 }, () => connected({ transports: ['websocket'], reconnection: false })),
    );
    const theirs = nodes.flatMap(({ sockets }) => [...sockets.of('/').sockets.values()]);
    expect(theirs).toHaveLength(3);
    const ends = [...people, ...theirs].map((socket) => once(socket as unknown as NodeJS.EventEmitter, 'disconnect'));
    await drain(gateway.app);
    await Promise.all(ends);
  });

  it('cuts long polls, whose next ping is 25 s away', async () => {
    const polling = `${gateway.url}/socket.io/?EIO=4&transport=polling`;
    const opened = await (await fetch(polling)).text();
    const { sid } = JSON.parse(opened.slice(1)) as { sid: string };
    const waits = new Promise<void>((done) => {
      for (const { server } of nodes) server.on('request', ({ url }) => url?.includes(sid) && done());
    });
    const poll = fetch(`${polling}&sid=${sid}`);
    await waits;
    await Promise.all([drain(gateway.app), expect(poll).rejects.toThrow()]);
  });
});
