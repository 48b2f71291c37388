import { createHmac } from 'node:crypto';
import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { FakeJwks } from '@app/testing/fake-jwks.js';
import { TEST_SECRET, tokenOf } from '@app/testing/tokens.js';
import { readEnv } from '../env/env.js';
import { type SharedEnv, sharedSettings } from '../env/shared.settings.js';
import type { UserDirectory } from '../identity/user.directory.js';
import { JwksKeys } from './jwks.keys.js';
import type { EndedSessions } from './sessions/ended-sessions.js';
import { TokenVerifier } from './token.verifier.js';

let login: FakeJwks;
let met: string[];

beforeEach(async () => {
  login = await FakeJwks.start();
  met = [];
});
afterEach(async () => {
  jest.restoreAllMocks();
  await login.stop();
});

function verifierWith(more: Record<string, string> = {}): TokenVerifier {
  const env = readEnv(sharedSettings, {
    MONGODB_URI: 'mongodb://nowhere',
    JWT_SECRET: TEST_SECRET,
    JWKS_URI: login.uri,
    ...more,
  }) as SharedEnv;
  const users = { meet: ({ id }: { id: string }) => Promise.resolve(void met.push(id)) } as unknown as UserDirectory;
  const ended = { has: (id: string) => id === 'over' } as unknown as EndedSessions;
  return new TokenVerifier(new JwtService(), new JwksKeys(env), users, ended, env);
}

const refused = expect.objectContaining({ code: 'UNAUTHENTICATED' });
const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
/** Time as the server sees it, moved on. */
const later = (ms: number) => {
  const now = Date.now();
  jest.spyOn(Date, 'now').mockImplementation(() => now + ms);
};

describe('a token', () => {
  it('of our secret and of the JWKS is accepted side by side, and its bearer is met', async () => {
    await login.show('r1', 'RS256');
    await login.show('e1', 'ES256');
    const verifier = verifierWith();
    const [ana, ben, cleo] = await Promise.all([
      verifier.verify(tokenOf('ana', { role: 'admin' })),
      verifier.verify(await login.sign('r1', { sub: 'ben' })),
      verifier.verify(await login.sign('e1', { userId: 'cleo' })),
    ]);
    expect([ana, ben, cleo]).toMatchObject([{ id: 'ana', role: 'admin' }, { id: 'ben' }, { id: 'cleo' }]);
    expect(ben.expiresAt).toBeGreaterThan(Date.now());
    expect(met.sort()).toEqual(['ana', 'ben', 'cleo']);
    expect(login.asked).toBe(1);
  });

  it('of a previous secret is accepted while that is set, told in the log, and opens nothing else', async () => {
    const said = jest.spyOn(Logger.prototype, 'log').mockImplementation(() => undefined);
    const [before, older] = ['the-secret-that-was-here-before-this', 'and-one-that-was-here-before-that-one'];
    const verifier = verifierWith({ JWT_SECRET_PREVIOUS: `${before},${older}` });
    const own = { iss: 'parley', sid: 'on' };
    const over = tokenOf('ana', { ...own, sid: 'over' }, before);
    const late = new JwtService().sign({ sub: 'ana', exp: inSeconds(-1) }, { secret: before });
    for (const token of [late, over]) await expect(verifier.verify(token)).rejects.toEqual(refused);
    expect(said).not.toHaveBeenCalled();
    for (const secret of [TEST_SECRET, before, older]) {
      await expect(verifier.verify(tokenOf('ana', own, secret))).resolves.toMatchObject({ id: 'ana', sessionId: 'on' });
    }
    expect(said.mock.calls).toEqual([['a token of JWT_SECRET_PREVIOUS was accepted']]);
    const [head = '', , signature = ''] = tokenOf('ana', own, before).split('.');
    const changed = `${head}.${part({ sub: 'ben', exp: inSeconds(60) })}.${signature}`;
    const stronger = new JwtService().sign({ sub: 'ana' }, { secret: before, algorithm: 'HS512' });
    for (const token of [changed, stronger, tokenOf('ana', {}, `${before},${older}`)]) {
      await expect(verifier.verify(token)).rejects.toEqual(refused);
    }
    await expect(verifierWith().verify(tokenOf('ana', own, before))).rejects.toEqual(refused);
  });

  it('of another algorithm is refused, whatever it is signed with', async () => {
    await login.show('r1');
    const verifier = verifierWith();
    await verifier.verify(await login.sign('r1', { sub: 'ben' }));
    const claims = part({ sub: 'ana', exp: inSeconds(60) });
    const confused = ['HS256', 'hs256'].map((alg) => {
      const signed = `${part({ alg, kid: 'r1', typ: 'JWT' })}.${claims}`;
      return `${signed}.${createHmac('sha256', login.pemOf('r1')).update(signed).digest('base64url')}`;
    });
    const none = ['none', 'None', 'NONE'].map((alg) => `${part({ alg })}.${claims}.`);
    const stronger = new JwtService().sign({ sub: 'ana' }, { secret: TEST_SECRET, algorithm: 'HS512' });
    const claimed = `${part({ alg: 'RS256', kid: 'r1' })}.${tokenOf('ana').split('.').slice(1).join('.')}`;
    for (const token of [...confused, ...none, stronger, claimed]) {
      await expect(verifier.verify(token)).rejects.toEqual(refused);
    }
  });

  it('with a critical extension that we do not know is refused', async () => {
    const token = new JwtService().sign({ sub: 'ana' }, { secret: TEST_SECRET, header: { alg: 'HS256', crit: ['x'] } });
    await expect(verifierWith().verify(token)).rejects.toEqual(refused);
  });

  it('that is over, not yet valid, or no token is refused', async () => {
    const verifier = verifierWith();
    await login.show('r1');
    const tokens = [
      new JwtService().sign({ sub: 'ana', exp: inSeconds(-1) }, { secret: TEST_SECRET }),
      tokenOf('ana', { nbf: inSeconds(60) }),
      await login.sign('r1', { sub: 'ana', exp: inSeconds(-1) }),
      await login.sign('r1', { sub: 'ana', nbf: inSeconds(60) }),
      ...['', 'x', 'x.y.z', '..', `${part([1])}.e30.x`, undefined, null, 7, {}, ['a.b.c']],
    ];
    for (const token of tokens) await expect(verifier.verify(token)).rejects.toEqual(refused);
  });

  it('for somebody else, or from somebody else, is refused once we say who we are', async () => {
    await login.show('r1');
    const verifier = verifierWith({ JWT_AUDIENCE: 'parley,chat', JWT_ISSUER: 'https://login.example/' });
    const good = { sub: 'ana', aud: 'chat', iss: 'https://login.example/' };
    for (const claims of [good, { ...good, aud: ['x', 'parley'] }]) {
      await expect(verifier.verify(tokenOf('ana', claims))).resolves.toMatchObject({ id: 'ana' });
      await expect(verifier.verify(await login.sign('r1', claims))).resolves.toMatchObject({ id: 'ana' });
    }
    const others = [
      { ...good, aud: 'shop' },
      { ...good, aud: [] },
      { ...good, iss: 'https://evil.example/' },
      { sub: 'ana', aud: 'chat' },
      { sub: 'ana', iss: good.iss },
    ];
    for (const claims of others) {
      await expect(verifier.verify(tokenOf('ana', claims))).rejects.toEqual(refused);
      await expect(verifier.verify(await login.sign('r1', claims))).rejects.toEqual(refused);
    }
  });

  it('of the gateway needs no audience, and nobody else can claim to be the gateway', async () => {
    await login.show('r1');
    const verifier = verifierWith({ JWT_AUDIENCE: 'parley', JWT_ISSUER: 'https://login.example/' });
    await expect(verifier.verify(tokenOf('ana', { iss: 'parley' }))).resolves.toMatchObject({ id: 'ana' });
    expect(met).toEqual([]);
    await expect(verifier.verify(await login.sign('r1', { sub: 'ana', iss: 'parley' }))).rejects.toEqual(refused);
  });

  it('of a session of ours that has ended is refused; a host app’s `sid` is its own', async () => {
    await login.show('r1');
    const verifier = verifierWith();
    const own = { iss: 'parley', sid: 'over' };
    const message = 'This session has ended; log in again.';
    await expect(verifier.verify(tokenOf('ana', own))).rejects.toMatchObject({ code: 'UNAUTHENTICATED', message });
    await expect(verifier.verify(tokenOf('ana', { ...own, sid: 'on' }))).resolves.toMatchObject({ sessionId: 'on' });
    for (const token of [tokenOf('ben', { sid: 'over' }), await login.sign('r1', { sub: 'ben', sid: 'over' })]) {
      expect(await verifier.verify(token)).not.toHaveProperty('sessionId');
    }
  });

  it('of a key is refused where no JWKS is set', async () => {
    await login.show('r1');
    const verifier = verifierWith({ JWKS_URI: '' });
    await expect(verifier.verify(await login.sign('r1', { sub: 'ben' }))).rejects.toEqual(refused);
    expect(login.asked).toBe(0);
  });
});

describe('the keys of the JWKS', () => {
  it('rotate: a new one is found at its first token, an old one counts until it is withdrawn', async () => {
    await login.show('k1');
    const verifier = verifierWith();
    const old = await login.sign('k1', { sub: 'ana' });
    await verifier.verify(old);
    await login.show('k2');
    login.withdraw('k1');
    later(31_000);
    await expect(verifier.verify(await login.sign('k2', { sub: 'ana' }))).resolves.toMatchObject({ id: 'ana' });
    await expect(verifier.verify(old)).rejects.toEqual(refused);
    expect(login.asked).toBe(2);
  });

  it('are asked for once by many at once, and again for an unknown one at most every 30 seconds', async () => {
    await login.show('k1');
    await login.show('unknown');
    login.withdraw('unknown');
    const verifier = verifierWith();
    const [known, unknown] = [await login.sign('k1', { sub: 'ana' }), await login.sign('unknown', { sub: 'eve' })];
    await Promise.all(Array.from({ length: 20 }, () => verifier.verify(known)));
    expect(login.asked).toBe(1);
    const flood = () => Promise.allSettled(Array.from({ length: 20 }, () => verifier.verify(unknown)));
    await flood();
    expect(login.asked).toBe(1);
    later(30_001);
    await flood();
    await flood();
    expect(login.asked).toBe(2);
  });

  it('hold while the JWKS does not answer, and what cannot be known then is no refusal', async () => {
    await login.show('k1');
    const verifier = verifierWith();
    const known = await login.sign('k1', { sub: 'ana' });
    await verifier.verify(known);
    await login.show('k2');
    login.well = false;
    later(60 * 60_000 - 60_000);
    const unavailable = expect.objectContaining({ code: 'UNAVAILABLE' });
    await expect(verifier.verify(await login.sign('k2', { sub: 'ben' }))).rejects.toEqual(unavailable);
    await login.stop();
    await expect(verifier.verify(known)).resolves.toMatchObject({ id: 'ana' });
  });

  it('are read again after ten minutes, beside the work, so that a withdrawn one stops counting', async () => {
    await login.show('k1');
    await login.show('k2');
    const verifier = verifierWith();
    const token = await login.sign('k1', { sub: 'ana' });
    await verifier.verify(token);
    login.withdraw('k1');
    later(10 * 60_000 + 1);
    await expect(verifier.verify(token)).resolves.toMatchObject({ id: 'ana' });
    while (login.asked < 2) await new Promise((resolve) => setImmediate(resolve));
    await expect(verifier.verify(await login.sign('k2', { sub: 'ben' }))).resolves.toMatchObject({ id: 'ben' });
    await expect(async () => {
      for (;;) await verifier.verify(token);
    }).rejects.toEqual(refused);
  });
});
