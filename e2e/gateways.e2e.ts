import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Message } from '@app/contracts/shapes.js';
import { TestSocket } from '@app/testing/test-socket.js';
import { tokenOf } from '@app/testing/tokens.js';
import { CLIENT, Ingress } from './setup/ingress.ts';
import { startApp, type StartedApp } from './setup/start-app.ts';
import { suite } from './suite.ts';

const HANDSHAKES = 40;
const WAYS = {
  'polling only': ['polling'],
  'websocket first': ['websocket', 'polling'],
  'polling that upgrades': ['polling', 'websocket'],
};
type Way = keyof typeof WAYS;

let nodes: StartedApp[];
let gateways: StartedApp[];
let ingress: Ingress;
const sockets: TestSocket[] = [];
let conversationId: string;

const gatewayOf = (name: string) =>
  startApp('api-gateway', name, { CHAT_URLS: nodes.map(({ url }) => url).join(), TRUSTED_PROXIES: '127.0.0.1' });
const nodeOf = (name: string) => startApp('chat', name, { HANDSHAKE_RATE_LIMIT: `${HANDSHAKES}` });

beforeAll(async () => {
  nodes = await Promise.all(['east', 'west'].map(nodeOf));
  gateways = await Promise.all(['front', 'back'].map(gatewayOf));
  ingress = await Ingress.start(gateways.map(({ url }) => url));
  const answer = await fetch(`${ingress.url}/api/v1/chat/conversations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token('ana')}` },
    body: JSON.stringify({ participantIds: ['ben'] }),
  });
  conversationId = ((await answer.json()) as { data: { _id: string } }).data._id;
}, 90_000);

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close();
});
afterAll(async () => {
  ingress.stop();
  await Promise.all([...nodes, ...gateways].map((app) => app.kill()));
});

const token = (id: string) => tokenOf(id, {}, suite().jwtSecret);

let clients = 0;
/** Somebody who comes through the ingress, from an address of their own. */
async function connect(id: string, way: Way, headers: Record<string, string> = {}): Promise<TestSocket> {
  const socket = await TestSocket.connect(`${ingress.url}/chat`, token(id), {
    transports: WAYS[way],
    reconnection: true,
    reconnectionDelay: 100,
    reconnectionDelayMax: 500,
    extraHeaders: { [CLIENT]: `203.0.113.${++clients}`, ...headers },
  });
  sockets.push(socket);
  return socket;
}

const sidOf = ({ socket }: TestSocket) => socket.io.engine.id;
const transportOf = ({ socket }: TestSocket) => socket.io.engine.transport.name;
const at = (socket: TestSocket) => sidOf(socket).split('.')[0];

/** Somebody whose session is on this node; handshakes take turns, so it is a few tries away at most. */
async function connectTo(node: string | undefined, id: string, way: Way): Promise<TestSocket> {
  for (let tries = 0; tries < 10; tries++) {
    const socket = await connect(id, way);
    if (at(socket) === node) return socket;
    socket.close();
  }
  throw new Error(`no handshake came to ${node}`);
}

async function says(from: TestSocket, to: TestSocket, text: string): Promise<void> {
  await from.asks<Message>('message_send', { conversationId, text, localId: randomUUID() });
  await to.hears<{ message: Message }>('message_new', ({ message }) => message.text === text);
}

async function upgraded({ socket: { io } }: TestSocket): Promise<void> {
  if (io.engine.transport.name !== 'websocket') await once(io.engine as unknown as NodeJS.EventEmitter, 'upgrade');
}

describe('two nodes behind two gateways, without cookies', () => {
  it.each(Object.keys(WAYS) as Way[])('are one chat over %s', async (way) => {
    const ana = await connectTo('east', 'ana', way);
    const ben = await connectTo('west', 'ben', way);
    if (way !== 'polling only') await Promise.all([upgraded(ana), upgraded(ben)]);
    for (let n = 0; n < 5; n++) {
      await says(ana, ben, `${way}, ${n}: hi Ben`);
      await says(ben, ana, `${way}, ${n}: hi Ana`);
    }
    expect([transportOf(ana), transportOf(ben)]).toEqual(
      Array(2).fill(way === 'polling only' ? 'polling' : 'websocket'),
    );
    expect([at(ana), at(ben)]).toEqual(['east', 'west']);
    if (way !== 'polling only') return;
    for (const person of [ana, ben]) expect(ingress.ways.get(sidOf(person))?.size).toBe(2);
  });

  it('count handshakes by the address that the ingress tells, not by one that its client makes up', async () => {
    const many = (address: string, said?: (n: number) => string) =>
      Promise.allSettled(
        Array.from({ length: 2 * HANDSHAKES + 5 }, (_, n) =>
          connect(`crowd-${n}`, 'websocket first', { [CLIENT]: address, ...(said && { 'x-forwarded-for': said(n) }) }),
        ),
      );
    const refusalsOf = (all: PromiseSettledResult<unknown>[]) =>
      all.filter((one) => one.status === 'rejected').map(({ reason }) => reason as unknown);
    const crowd = refusalsOf(await many('192.0.2.1'));
    expect(crowd.length).toBeGreaterThanOrEqual(5);
    for (const refusal of crowd) expect(refusal).toMatchObject({ data: { code: 'RATE_LIMITED' } });
    await connect('ana', 'websocket first', { [CLIENT]: '192.0.2.2' });
    const liars = refusalsOf(await many('192.0.2.3', (n) => `192.0.2.${n + 10}, unknown`));
    expect(liars.length).toBeGreaterThanOrEqual(5);
  });
});

describe('a death', () => {
  const started = (socket: TestSocket) => once(socket.socket as unknown as NodeJS.EventEmitter, 'connect');

  it('of a gateway takes no session along whose request was elsewhere, and the others start anew within seconds', async () => {
    const people = await Promise.all([
      ...Array.from({ length: 6 }, () => connect('ben', 'polling only')),
      ...Array.from({ length: 4 }, () => connect('ben', 'websocket first')),
    ]);
    const before = people.map(sidOf);
    const [front, back] = gateways as [StartedApp, StartedApp];
    ingress.forget(back.url);
    await back.kill();
    const ana = await connect('ana', 'polling only');
    const text = randomUUID();
    const heard = people.map((person) =>
      person.hears<{ message: Message }>('message_new', ({ message }) => message.text.startsWith(text)),
    );
    const died = Date.now();
    // What is said while one is away is read from history; here it is said again until all are back.
    for (let done = false, n = 0; !done; n++) {
      await ana.asks('message_send', { conversationId, text: `${text} ${n}` });
      done = await Promise.race([
        Promise.all(heard).then(() => true),
        new Promise<false>((tick) => setTimeout(tick, 200, false)),
      ]);
    }
    expect(Date.now() - died).toBeLessThan(5000);
    const kept = people.filter((person, index) => sidOf(person) === before[index]);
    expect(kept.length).toBeGreaterThan(0);
    expect((await fetch(`${front.url}/health/live`)).status).toBe(200);
    gateways = [front, await gatewayOf('back-again')];
    ingress.stop();
    ingress = await Ingress.start(gateways.map(({ url }) => url));
  }, 60_000);

  it('of a node lets its clients start anew on the other within seconds', async () => {
    const ana = await connectTo('west', 'ana', 'websocket first');
    const people = await Promise.all((Object.keys(WAYS) as Way[]).map((way) => connectTo('east', 'ben', way)));
    const sids = people.map(sidOf);
    const again = people.map(started);
    const died = Date.now();
    await nodes[0]?.kill();
    await Promise.all(again);
    expect(Date.now() - died).toBeLessThan(5000);
    for (const [n, person] of people.entries()) {
      expect(at(person)).toBe('west');
      await says(ana, person, `still there, ${n}? ${died}`);
      await says(person, ana, `yes, ${n} ${died}`);
    }
    for (const { url } of gateways) {
      for (const sid of sids) {
        const answer = await fetch(`${url}/socket.io/?EIO=4&transport=polling&sid=${sid}`);
        expect([answer.status, await answer.json()]).toEqual([400, { code: 1, message: 'Session ID unknown' }]);
      }
    }
  });
});
