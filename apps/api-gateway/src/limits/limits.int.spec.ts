import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { Redis } from 'ioredis';
import { startTestRedis, type TestRedis } from '@app/testing/engines.js';
import { echo, standIn, startGateway, tokenOf } from '../gateway.suite.js';

type Gateway = Awaited<ReturnType<typeof startGateway>>;

let service: Awaited<ReturnType<typeof standIn>>;
let redis: TestRedis;
let gateways: Gateway[];

const LIMITS = { PERSON_RATE_LIMIT: '6', ADDRESS_RATE_LIMIT: '20', UPLOAD_RATE_LIMIT: '3' };

beforeAll(async () => {
  service = await standIn(echo, { node: 'n1' });
  redis = await startTestRedis();
  const start = () =>
    startGateway({
      CHAT_URLS: service.url,
      MEDIA_URLS: service.url,
      REDIS_URL: redis.url,
      TRUSTED_PROXIES: '127.0.0.1',
      FRONTEND_URL: 'http://app.example',
      ...LIMITS,
    });
  gateways = [await start(), await start()];
});
afterAll(async () => {
  await Promise.all(gateways.map((gateway) => gateway.stop()));
  await Promise.all([service.stop(), redis.stop()]);
});

let addresses = 0;
/** An address that nobody has come from. */
const newAddress = () => `198.51.${++addresses >> 8}.${addresses & 255}`;
/** Somebody who has never asked. */
const newPerson = () => `person-${++addresses}`;

interface Asked {
  path?: string;
  person?: string;
  from?: string;
  method?: string;
  gateway?: number;
}

async function ask({ path = '/api/v1/chat/x', person, from = newAddress(), method = 'GET', gateway = 0 }: Asked) {
  const answer = await fetch(`${gateways[gateway]?.url}${path}`, {
    method,
    headers: { 'x-forwarded-for': from, ...(person && { authorization: `Bearer ${tokenOf(person)}` }) },
    ...(method === 'POST' && { body: 'a body' }),
  });
  const number = (name: string) => Number(answer.headers.get(name) ?? Number.NaN);
  return {
    status: answer.status,
    left: number('ratelimit-remaining'),
    limit: number('ratelimit-limit'),
    reset: number('ratelimit-reset'),
    retryAfter: number('retry-after'),
    body: answer.status === 429 ? ((await answer.json()) as Record<string, unknown>) : await answer.text(),
  };
}

async function times(count: number, asked: Asked) {
  const answers = [];
  for (let n = 0; n < count; n++) answers.push(await ask({ ...asked, gateway: n % 2 }));
  return answers;
}

/** Asks until it is refused, which a bucket that fills up meanwhile puts off a little; gives the refusal. */
async function refused(limit: number, each: (n: number) => Asked, status: number) {
  const first = await Promise.all(Array.from({ length: limit }, (_, n) => ask({ ...each(n), gateway: n % 2 })));
  expect(first.map((answer) => answer.status)).toEqual(Array(limit).fill(status));
  for (let n = limit; n < 2 * limit; n++) {
    const answer = await ask(each(n));
    if (answer.status === 429) return answer;
    expect(answer.status).toBe(status);
  }
  throw new Error('never refused');
}

describe('a person', () => {
  it('is told what is left, and refused when nothing is, over all gateways and addresses', async () => {
    const answers = await times(7, { person: newPerson() });
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200, 429]);
    expect(answers.map(({ left }) => left)).toEqual([5, 4, 3, 2, 1, 0, 0]);
    expect(answers[0]).toMatchObject({ limit: 6, reset: 10 });
    const [last] = answers.slice(-1);
    expect(last).toMatchObject({ limit: 6, body: { success: false, code: 'RATE_LIMITED' } });
    const { retryAfterMs } = last?.body as { retryAfterMs: number };
    expect(retryAfterMs).toBeGreaterThan(0);
    expect(last?.retryAfter).toBe(Math.ceil(retryAfterMs / 1000));
    expect((await ask({ person: newPerson() })).status).toBe(200);
  });

  it('may upload less often than ask, and may still ask', async () => {
    const person = newPerson();
    const upload = { person, path: '/api/v1/media', method: 'POST' };
    expect((await times(4, upload)).map(({ status, limit }) => [status, limit])).toEqual([
      [200, 3],
      [200, 3],
      [200, 3],
      [429, 3],
    ]);
    expect(await ask({ person, path: '/api/v1/media/1' })).toMatchObject({ status: 200, limit: 6, left: 2 });
  });
});

describe('an address', () => {
  it.each([
    ['without a token', {}, 401],
    ['with many people', { person: 'n' }, 200],
    ['at what the gateway answers itself', { path: '/' }, 200],
    ['at the docs', { path: '/docs' }, 200],
    ['beginning connections', { path: '/socket.io/?EIO=4&transport=polling' }, 200],
  ])('is refused once it has asked too often %s', async (_how, asked: Asked, status) => {
    const from = newAddress();
    const person = newPerson();
    const each = (n: number) => ({ ...asked, from, ...(asked.person && { person: `${person}-${n}` }) });
    const refusal = await refused(20, each, status);
    expect(refusal).toMatchObject({ limit: 20, left: 0, body: { success: false } });
    expect(refusal.retryAfter).toBeGreaterThan(0);
    expect((await ask({ ...each(41), from: newAddress() })).status).toBe(status);
  });

  it('of IPv6 counts with its network', async () => {
    const network = `2001:db8:${++addresses}`;
    await refused(20, (n) => ({ from: `${network}::${n}`, path: '/' }), 200);
    expect((await ask({ from: `${network}:1::1`, path: '/' })).status).toBe(200);
  });

  it('is refused WebSockets too, in the envelope', async () => {
    const from = newAddress();
    await refused(20, () => ({ from, path: '/' }), 200);
    const socket = connect(gateways[0]?.port ?? 0, '127.0.0.1');
    const lines = ['Host: x', 'Connection: Upgrade', 'Upgrade: websocket', `X-Forwarded-For: ${from}`];
    socket.write(`GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
    const said = await text(socket);
    expect(said).toMatch(/^HTTP\/1.1 429 Too Many Requests\r\n/);
    expect(said).toMatch(/Retry-After: \d\r\n/);
    expect(said).toMatch(/X-Request-Id: [\w-]{36}\r\n/);
    expect(said).toContain('"code":"RATE_LIMITED"');
  });

  it('may always ask for health', async () => {
    const from = newAddress();
    for (let n = 0; n < 25; n++)
      expect(await ask({ from, path: '/health/live' })).toMatchObject({ status: 200, limit: NaN });
  });

  it('is told in a way that pages of other origins can read', async () => {
    const answer = await fetch(`${gateways[0]?.url}/`, {
      headers: { origin: 'http://app.example', 'x-forwarded-for': newAddress() },
    });
    expect(answer.headers.get('access-control-expose-headers')).toContain('RateLimit-Remaining');
  });
});

it('takes one round trip a request, whatever it counts as', async () => {
  const client = new Redis(redis.url);
  const trips = async () => Number(/cmdstat_evalsha:calls=(\d+)/.exec(await client.info('commandstats'))?.[1] ?? 0);
  const before = await trips();
  const person = newPerson();
  await ask({ person, path: '/api/v1/media', method: 'POST' });
  await ask({ person, path: '/api/v1/media' });
  await ask({ path: '/' });
  expect((await trips()) - before).toBe(3);
  await client.quit();
});

describe('without Redis', () => {
  it('each gateway counts by itself, and waits for an answer only once', async () => {
    redis.freeze();
    try {
      const person = newPerson();
      const first = await ask({ person });
      expect(first).toMatchObject({ status: 200, left: 5 });
      const began = performance.now();
      for (let n = 0; n < 5; n++) expect((await ask({ person })).status).toBe(200);
      expect((await ask({ person })).status).toBe(429);
      expect(performance.now() - began).toBeLessThan(900);
      expect((await ask({ person, gateway: 1 })).status).toBe(200);
    } finally {
      redis.thaw();
    }
  });

  it('that was emptied, it begins anew', async () => {
    const gone = await startTestRedis();
    const alone = await startGateway({ CHAT_URLS: service.url, REDIS_URL: gone.url, ...LIMITS });
    await gone.stop();
    const answers: number[] = [];
    for (let n = 0; n < 7; n++) {
      const answer = await fetch(`${alone.url}/api/v1/chat/x`, {
        headers: { authorization: `Bearer ${tokenOf('eve')}` },
      });
      answers.push(answer.status);
    }
    expect(answers).toEqual([200, 200, 200, 200, 200, 200, 429]);
    await alone.stop();
  });
});
