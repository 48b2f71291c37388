import { TestSocket } from '@app/testing/test-socket.js';
import { tokenOf } from '@app/testing/tokens.js';
import { chatWorld, type ChatWorld } from '../chat.world.suite.js';

const FRONTEND_URL = 'https://app.example,http://localhost:5173/';
let world: ChatWorld;
let node: string;

beforeAll(async () => {
  world = await chatWorld(1, { FRONTEND_URL, HANDSHAKE_RATE_LIMIT: '6', TRUSTED_PROXIES: '127.0.0.1' });
  node = world.urls[0] as string;
});
afterAll(() => world.close());

let asked = 0;
/** A client behind the trusted proxy; each has an address of its own unless it names one. */
const from = (headers: Record<string, string> = {}, address = `198.51.100.${++asked}`) => ({
  extraHeaders: { 'x-forwarded-for': address, ...headers },
});
const connect = (options: object, token: string | undefined = tokenOf('ana')) =>
  TestSocket.connect(`${node}/chat`, token, options);
const connects = async (options: object, token?: string) => (await connect(options, token)).close();

describe.each(['websocket', 'polling'])('a page over %s', (transport) => {
  const over = (origin?: string) => ({ ...from(origin === undefined ? {} : { origin }), transports: [transport] });

  it('connects from an origin of the list, and an app without one', async () => {
    await connects(over('https://app.example'));
    await connects(over('http://localhost:5173'));
    await connects(over(node));
    await connects(over());
  });

  it.each(['https://evil.example', 'https://app.example.evil.example', 'http://app.example', 'null'])(
    'of %s is refused before it is asked for a token',
    async (origin) => {
      await expect(connect(over(origin))).rejects.toThrow(/(websocket|xhr poll) error/);
    },
  );
});

it('a socket that names no namespace is told where to go', async () => {
  await expect(TestSocket.connect(node, tokenOf('ana'), from())).rejects.toMatchObject({
    message: 'Connect to a namespace: /chat.',
    data: { code: 'NOT_FOUND' },
  });
});

describe('CORS', () => {
  const preflight = async (path: string, origin: string) => {
    const headers = {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization',
    };
    const answer = await fetch(node + path, { method: 'OPTIONS', headers });
    return answer.headers.get('access-control-allow-origin');
  };

  it.each(['/conversations', '/socket.io/?EIO=4&transport=polling'])(
    'of %s names the origins of the list',
    async (path) => {
      expect(await preflight(path, 'https://app.example')).toBe('https://app.example');
      expect(await preflight(path, 'https://evil.example')).toBeNull();
    },
  );

  it('is open to any page where that is said', async () => {
    const open = await chatWorld(1, { FRONTEND_URL: '*' });
    const [url] = open.urls;
    const socket = await TestSocket.connect(`${url}/chat`, tokenOf('ana'), {
      extraHeaders: { origin: 'https://any.example' },
    });
    socket.close();
    for (const path of ['/health', '/socket.io/?EIO=4&transport=polling']) {
      const answer = await fetch(url + path, { headers: { origin: 'https://any.example' } });
      expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    }
    await open.close();
  });
});

describe('a token', () => {
  const inQuery = (token: string) => ({ ...from(), query: { token } });

  it('is taken from the handshake or the Authorization header', async () => {
    await connects(from(), `Bearer ${tokenOf('ana')}`);
    await connects({ ...from({ authorization: `Bearer ${tokenOf('ana')}` }), auth: {} });
  });

  it('in the address is refused, and the refusal says where it belongs', async () => {
    const refusal = { data: { code: 'UNAUTHENTICATED' }, message: expect.stringContaining('auth.token') as string };
    await expect(connect({ ...inQuery(tokenOf('ana')), auth: {} })).rejects.toMatchObject(refusal);
  });

  it('in the address is taken where that is allowed', async () => {
    const lax = await chatWorld(1, { ALLOW_QUERY_TOKEN: 'true' });
    const to = (token: string) => TestSocket.connect(`${lax.urls[0]}/chat`, undefined, { query: { token }, auth: {} });
    (await to(tokenOf('ana'))).close();
    await expect(to('rubbish')).rejects.toMatchObject({ data: { code: 'UNAUTHENTICATED' } });
    await lax.close();
  });

  it.each([[{ $ne: 1 }], [['a']], [7], [null], [true], [{ toString: 'x' }]])('is not %j', async (token) => {
    await expect(connect({ ...from(), auth: { token } })).rejects.toMatchObject({ data: { code: 'UNAUTHENTICATED' } });
  });
});

describe('an address', () => {
  const refused = { data: { code: 'RATE_LIMITED', retryable: true, retryAfterMs: expect.any(Number) as number } };

  it('begins so many connections, and is then told when to come again, while others connect', async () => {
    const same = () => from({}, '203.0.113.9');
    for (let n = 0; n < 6; n++) await connects(same());
    await expect(connect(same())).rejects.toMatchObject(refused);
    await expect(connect({ ...same(), transports: ['polling'] })).rejects.toMatchObject(refused);
    await connects(from());
  });

  it('that does not wait is soon not let in to be told', async () => {
    const same = () => from({}, '203.0.113.12');
    for (let n = 0; n < 6; n++) await connects(same());
    for (let n = 0; n < 6; n++) await expect(connect(same())).rejects.toMatchObject(refused);
    await expect(connect(same())).rejects.toThrow('websocket error');
  });

  it('counts also when its tokens are wrong', async () => {
    const same = () => from({}, '203.0.113.10');
    for (let n = 0; n < 6; n++) {
      await expect(connect(same(), 'rubbish')).rejects.toMatchObject({ data: { code: 'UNAUTHENTICATED' } });
    }
    await expect(connect(same(), 'rubbish')).rejects.toMatchObject(refused);
  });

  it('of IPv6 counts together with its network', async () => {
    const same = (n: number) => from({}, `[2001:db8:7::${n}]:443`);
    for (let n = 0; n < 6; n++) await connects(same(n));
    await expect(connect(same(7))).rejects.toMatchObject(refused);
    await connects(from({}, '2001:db8:7:1::1'));
  });

  it('cannot be chosen by a stranger', async () => {
    const strict = await chatWorld(1, { HANDSHAKE_RATE_LIMIT: '6', TRUSTED_PROXIES: '10.0.0.0/8' });
    const to = () => TestSocket.connect(`${strict.urls[0]}/chat`, tokenOf('ana'), from());
    for (let n = 0; n < 6; n++) (await to()).close();
    await expect(to()).rejects.toMatchObject(refused);
    await strict.close();
  });

  it('is not what a client behind the proxy makes up', async () => {
    const made = (n: number) => from({}, `192.0.2.${n}, 203.0.113.11`);
    for (let n = 0; n < 6; n++) await connects(made(n));
    await expect(connect(made(7))).rejects.toMatchObject(refused);
  });
});
