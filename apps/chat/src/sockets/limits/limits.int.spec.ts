import { type EventEmitter, once } from 'node:events';
import type { Redis } from 'ioredis';
import type { Server } from 'socket.io';
import { io } from 'socket.io-client';
import { TokenVerifier } from '@app/common/auth/token.verifier.js';
import { keys } from '@app/common/redis/keys.js';
import { REDIS } from '@app/common/redis/redis.module.js';
import type { WireError } from '@app/contracts/errors.js';
import { TestSocket } from '@app/testing/test-socket.js';
import { tokenOf } from '@app/testing/tokens.js';
import { chatWorld, type ChatWorld, type Chatter } from '../../chat.world.suite.js';
import { FanOut } from '../fan-out.js';

const LIMITS = {
  MAX_PAYLOAD_BYTES: '65536',
  MAX_QUEUED_BYTES: '1048576',
  SOCKETS_PER_USER: '4',
  REQUESTS_IN_FLIGHT: '100',
  JOIN_RATE_LIMIT: '5',
  TYPING_RATE_LIMIT: '5',
  AUTHENTICATE_RATE_LIMIT: '5',
  REQUEST_RATE_LIMIT: '60',
  REFUSED_REQUESTS_LIMIT: '200',
};

let world: ChatWorld;
let ana: Chatter;
let ben: Chatter;
let roomId: string;

beforeAll(async () => {
  world = await chatWorld(2, LIMITS);
  [ana, ben] = await Promise.all([world.connect('ana'), world.connect('ben')]);
  roomId = (await ana.opens(['ben']))._id;
});
afterAll(() => world.close());

type Answer = { ok: boolean; error?: WireError };
const limited = { code: 'RATE_LIMITED', retryable: true, retryAfterMs: expect.any(Number) as number };
const closed = ({ socket }: TestSocket) =>
  new Promise<string>((resolve) => socket.once('disconnect', (reason) => resolve(reason)));
/** Somebody else chats as if nothing had happened. */
const othersGoOn = async () => {
  await ben.sends(roomId, 'all well');
  await ben.socket.asks('leave_conversation', { conversationId: roomId });
};

describe('a packet', () => {
  it('of 64 KiB is read, and a larger one cuts the socket that sent it', async () => {
    const eve = await world.connect('eve');
    const fits = { conversationId: roomId, text: 'x'.repeat(65_000) };
    expect(await eve.socket.answer('message_send', fits)).toMatchObject({ error: { code: 'INVALID_INPUT' } });
    const cut = closed(eve.socket);
    eve.socket.says('message_send', { conversationId: roomId, text: 'x'.repeat(65_536) });
    expect(await cut).toMatch(/transport (close|error)/);
    await othersGoOn();
  });

  it('over REST is refused when it is larger', async () => {
    const path = `/conversations/${roomId}/messages`;
    expect((await ana.post(path, { text: 'x'.repeat(65_000) })).status).toBe(400);
    expect(await ana.post(path, { text: 'x'.repeat(65_536) })).toMatchObject({
      status: 413,
      body: { success: false, code: 'TOO_LARGE' },
    });
  });
});

describe('a person', () => {
  const connect = (id: string, node: number) => TestSocket.connect(`${world.urls[node - 1]}/chat`, tokenOf(id));

  it('has so many sockets, over all nodes, and another once one is closed', async () => {
    const sockets = [
      await connect('dan', 1),
      await connect('dan', 2),
      await connect('dan', 2),
      await connect('dan', 1),
    ];
    for (const node of [1, 2]) {
      await expect(connect('dan', node)).rejects.toMatchObject({
        data: limited,
        message: expect.stringContaining('4 sockets'),
      });
    }
    await othersGoOn();
    sockets[3]?.close();
    const again = await until(() => connect('dan', 1));
    for (const socket of [...sockets, again]) socket.close();
  });

  it('cannot pass that by coming with many at once', async () => {
    const all = await Promise.allSettled(Array.from({ length: 12 }, () => connect('fay', 1)));
    const open = all.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(open).toHaveLength(4);
    for (const socket of open) socket.close();
  });

  it('that leaves while its token is looked at keeps no seat', async () => {
    const verifier = world.apps[0]?.get(TokenVerifier) as TokenVerifier;
    const verify = verifier.verify.bind(verifier);
    const [looking, allCame] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const left: Promise<unknown>[] = [];
    let came = 0;
    const slow = jest.spyOn(verifier, 'verify').mockImplementation(async (token) => {
      if (++came === 4) allCame.resolve();
      await looking.promise;
      return verify(token);
    });
    const { server } = world.apps[0]?.get(FanOut) as { server: Server };
    server.engine.on('connection', (connection: EventEmitter) => left.push(once(connection, 'close')));
    const clients = [1, 2, 3, 4].map(() =>
      io(`${world.urls[0]}/chat`, { auth: { token: tokenOf('hal') }, transports: ['websocket'], forceNew: true }),
    );
    await allCame.promise;
    for (const client of clients) client.disconnect();
    await Promise.all(left);
    looking.resolve();
    slow.mockRestore();
    const sockets = await Promise.all([1, 1, 1, 1].map((node) => connect('hal', node)));
    for (const socket of sockets) socket.close();
  });

  it('still connects, counted by each node, while Redis hangs', async () => {
    world.redis.freeze();
    try {
      const sockets = await Promise.all([1, 1, 1, 1].map((node) => connect('gus', node)));
      await expect(connect('gus', 1)).rejects.toMatchObject({ data: limited });
      for (const socket of sockets) socket.close();
    } finally {
      world.redis.thaw();
    }
  });

  it.each([
    ['join_conversation', () => ({ conversationId: roomId })],
    ['typing', () => ({ conversationId: roomId, isTyping: true })],
    ['authenticate', () => ({ token: tokenOf('ana') })],
  ])('may say %s so often, over all of its sockets', async (wireEvent, payload) => {
    const second = await world.connect('ana');
    const answers: Answer[] = [];
    for (let n = 0; n < 6; n++) answers.push(await (n % 2 ? second : ana).socket.answer(wireEvent, payload()));
    expect(answers.map(({ ok }) => ok)).toEqual([true, true, true, true, true, false]);
    expect(answers[5]?.error).toMatchObject(limited);
    expect(answers[5]?.error?.retryAfterMs).toBeLessThanOrEqual(12_000);
    await othersGoOn();
    await ana.sends(roomId, 'other words still go');
    second.socket.close();
  });
});

it('what has no limit of its own has one together, over all sockets of a person; messages are not counted', async () => {
  const sockets = [await world.connect('joe'), await world.connect('joe')];
  const answers: Answer[] = [];
  for (let n = 0; n < 62; n++) {
    const wireEvent = n % 2 ? 'presence_unsubscribe' : 'leave_conversation';
    const { _id } = n === 0 ? await (sockets[0] as Chatter).opens(['ben']) : { _id: roomId };
    const payload = n % 2 ? { userId: 'ben' } : { conversationId: _id };
    answers.push(await (sockets[n % 2] as Chatter).socket.answer(wireEvent, payload));
  }
  const limitedOnes = answers.filter(({ error }) => error?.code === 'RATE_LIMITED');
  expect(limitedOnes.map(({ error }) => error)).toEqual([
    expect.objectContaining(limited),
    expect.objectContaining(limited),
  ]);
  expect(answers.slice(-2)).toEqual(limitedOnes);
  await (sockets[0] as Chatter).sends((await (sockets[0] as Chatter).opens(['ben']))._id, 'messages still go');
  await othersGoOn();
});

describe('a socket', () => {
  it('of which too much is refused is told and cut, whatever it asks, and its neighbours notice nothing', async () => {
    const ivy = await world.connect('ivy');
    const cut = closed(ivy.socket);
    for (let n = 0; n < 3000; n++) ivy.socket.says(n % 2 ? 'message_send' : 'nonsense', { n });
    for (let n = 0; n < 50; n++) await ben.sends(roomId, `meanwhile ${n}`);
    expect(await cut).toBe('io server disconnect');
    const errors = ivy.socket.all<WireError>('error');
    // The allowance fills up again while it is used.
    expect(errors.length).toBeGreaterThan(200);
    expect(errors.length).toBeLessThan(300);
    expect(errors.at(-1)).toMatchObject({ ...limited, message: expect.stringContaining('refused') as string });
    const again = await world.connect('ivy');
    await again.sends((await again.opens(['ben']))._id, 'what is not refused still goes');
    const cutAgain = closed(again.socket);
    for (let n = 0; n < 150; n++) again.socket.says('nonsense', {});
    expect(await cutAgain).toBe('io server disconnect');
  });

  it('has so many requests under way, and the rest is told when to come again', async () => {
    const answers = await Promise.all(
      Array.from({ length: 150 }, (_, n) =>
        ana.socket.answer('message_send', { conversationId: roomId, text: `${n}` }),
      ),
    );
    const refused = answers.filter(({ ok }) => !ok);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThanOrEqual(50);
    for (const answer of refused) expect(answer).toMatchObject({ error: limited });
    await othersGoOn();
    await ana.sends(roomId, 'later');
  });

  it('that does not read is cut at a megabyte, and nobody else waits for it', async () => {
    const slow = await world.connect('hal');
    const room = await ana.opens(['ben', 'hal'], { isGroup: true });
    const raw = slow.socket.socket.io.engine as unknown as { transport: { ws: { pause(): void; resume(): void } } };
    raw.transport.ws.pause();
    const redis = (world.apps[0] as ChatWorld['apps'][0]).get<Redis>(REDIS);
    const isOpen = async () => (await redis.scard(keys.userSockets('hal'))) > 0;
    let worst = 0;
    let sent = 0;
    for (; sent < 3000 && (sent % 50 > 0 || (await isOpen())); sent++) {
      const began = performance.now();
      await ana.sends(room._id, '語'.repeat(5000));
      worst = Math.max(worst, performance.now() - began);
    }
    expect(await isOpen()).toBe(false);
    expect(worst).toBeLessThan(2000);
    expect(ben.socket.socket.connected).toBe(true);
    raw.transport.ws.resume();
  }, 30_000);
});

/** Tries until it goes; a closed socket's seat is free a moment later. */
async function until<T>(attempt: () => Promise<T>): Promise<T> {
  for (const end = Date.now() + 5000; ;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > end) throw error;
    }
  }
}
