import { TEST_SECRET, tokenOf } from '@app/testing/tokens.js';
import { FakeJwks } from '@app/testing/fake-jwks.js';
import { TestSocket } from '@app/testing/test-socket.js';
import { JwtService } from '@nestjs/jwt';
import { chatWorld, type ChatWorld } from '../chat.world.suite.js';

let login: FakeJwks;
let world: ChatWorld;
let url: string;

beforeAll(async () => {
  login = await FakeJwks.start();
  await login.show('k1', 'ES256');
  world = await chatWorld(1, { JWKS_URI: login.uri, TOKEN_MAX_AGE: '2' });
  url = `${world.urls[0]}/chat`;
});
afterAll(async () => {
  await world.close();
  await login.stop();
});

const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;
const sign = (claims: object) => new JwtService().sign(claims, { secret: TEST_SECRET });
const brief = (sub: string) => sign({ sub, exp: inSeconds(2) });
const closed = ({ socket }: TestSocket) =>
  new Promise<string>((resolve) => socket.once('disconnect', (reason) => resolve(reason)));

describe('a socket', () => {
  it('is told and cut when its token expires, and does not come back by itself', async () => {
    const ana = await TestSocket.connect(url, brief('ana'), { reconnection: true });
    expect(await closed(ana)).toBe('io server disconnect');
    expect(ana.all('error')).toEqual([
      { code: 'UNAUTHENTICATED', message: 'The token has expired; connect with a fresh one.', retryable: false },
    ]);
    expect(ana.socket.active).toBe(false);
  });

  it('is cut at an age when its token has no end', async () => {
    const ana = await TestSocket.connect(url, sign({ sub: 'ana' }));
    expect(await closed(ana)).toBe('io server disconnect');
  });

  it('whose token lives for years is not cut at once', async () => {
    const ana = await TestSocket.connect(url, sign({ sub: 'ana', exp: inSeconds(50 * 365 * 24 * 3600) }));
    await closed(await TestSocket.connect(url, brief('ben')));
    expect(ana.socket.connected).toBe(true);
    ana.close();
  });

  it('outlives its token with a fresh one, of our secret or of the JWKS', async () => {
    const [ana, ben] = await Promise.all([
      TestSocket.connect(url, brief('ana')),
      TestSocket.connect(url, brief('ben')),
    ]);
    const exp = inSeconds(3600);
    const until = { expiresAt: new Date(exp * 1000).toISOString() };
    expect(await ana.asks('authenticate', { token: sign({ sub: 'ana', exp }) })).toEqual({ userId: 'ana', ...until });
    const other = await login.sign('k1', { sub: 'ben', exp });
    expect(await ben.asks('authenticate', { token: other })).toEqual({ userId: 'ben', ...until });
    await closed(await TestSocket.connect(url, brief('cleo')));
    expect([ana.socket.connected, ben.socket.connected]).toEqual([true, true]);
    expect([...ana.all('error'), ...ben.all('error')]).toEqual([]);
    ana.close();
    ben.close();
  });

  it('is cut at the end of the newest token, also when that is sooner', async () => {
    const ana = await TestSocket.connect(url, tokenOf('ana'));
    await ana.asks('authenticate', { token: brief('ana') });
    expect(await closed(ana)).toBe('io server disconnect');
  });

  it('goes on as it was after a renewal that is refused, and takes nobody else’s token', async () => {
    const ana = await TestSocket.connect(url, brief('ana'));
    const codes = [];
    for (const token of [
      tokenOf('ben'),
      tokenOf('ana', {}, 'x'.repeat(40)),
      sign({ sub: 'ana', exp: inSeconds(-5) }),
    ]) {
      const answer = await ana.answer('authenticate', { token });
      codes.push(answer.ok ? 'ok' : answer.error.code);
    }
    expect(codes).toEqual(['FORBIDDEN', 'UNAUTHENTICATED', 'UNAUTHENTICATED']);
    expect(ana.socket.connected).toBe(true);
    expect(await closed(ana)).toBe('io server disconnect');
  });
});

describe('REST', () => {
  const ask = async (token: string) =>
    (await fetch(`${world.urls[0]}/conversations`, { headers: { authorization: `Bearer ${token}` } })).status;

  it('takes the same tokens as sockets do', async () => {
    expect(await ask(tokenOf('ana'))).toBe(200);
    expect(await ask(await login.sign('k1', { sub: 'ana' }))).toBe(200);
    expect(await ask(await login.sign('k1', { sub: 'ana', nbf: inSeconds(60) }))).toBe(401);
    expect(await ask(tokenOf('ana', {}, 'x'.repeat(40)))).toBe(401);
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${tokenOf('ana').split('.')[1]}.`;
    expect(await ask(none)).toBe(401);
  });

  it('says that it cannot know while the JWKS does not answer and the key is new', async () => {
    await login.show('k2');
    const fresh = await chatWorld(1, { JWKS_URI: 'http://127.0.0.1:9/jwks.json' });
    const token = await login.sign('k2', { sub: 'ana' });
    const answer = await fetch(`${fresh.urls[0]}/conversations`, { headers: { authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: 1000 });
    await expect(TestSocket.connect(`${fresh.urls[0]}/chat`, token)).rejects.toMatchObject({
      data: { code: 'UNAVAILABLE', retryable: true },
    });
    await fresh.close();
  });
});
