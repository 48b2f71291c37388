import { JwtService } from '@nestjs/jwt';
import { getConnectionToken } from '@nestjs/mongoose';
import type { Connection } from 'mongoose';
import { startGateway, tokenOf } from '../gateway.suite.js';
import { sessionOf } from './sessions/refresh-token.rules.js';
import { identityAt, type Me, PASSWORD } from './identity.suite.js';

let gateway: Awaited<ReturnType<typeof startGateway>>;
let mongo: Connection;

beforeAll(async () => {
  gateway = await startGateway();
  mongo = gateway.app.get<Connection>(getConnectionToken());
});
afterAll(() => gateway.stop());

const { call, register, login, refresh, me } = identityAt(() => gateway.url);
const change = (token: string, body: object) => call<Me>('PATCH', '/users/me', { token, body });

describe('a sign-up', () => {
  it('answers who one is now, and logs one in', async () => {
    const { status, success, data } = await register({
      username: 'Ana',
      name: ' Ana Lima ',
      email: 'Ana@Example.org',
      phone: '+55 11 1234',
    });
    expect([status, success]).toEqual([201, true]);
    expect(data.user).toEqual({
      _id: expect.stringMatching(/^[0-9a-f]{24}$/) as string,
      username: 'Ana',
      name: 'Ana Lima',
      email: 'Ana@Example.org',
      phone: '+55 11 1234',
      role: 'user',
      createdAt: expect.any(String) as string,
    });
    expect(data.expiresIn).toBe(900);
    expect((await me(data.accessToken)).data).toEqual(data.user);
  });

  it('gives a token that says who one is, for 15 minutes', async () => {
    const { data } = await register({ username: 'claims', name: 'Clara' });
    const claims = new JwtService().decode<Record<string, unknown>>(data.accessToken);
    expect(claims).toEqual({
      sub: data.user._id,
      username: 'claims',
      name: 'Clara',
      role: 'user',
      iss: 'parley',
      sid: expect.stringMatching(/^[\w-]{22}$/) as string,
      iat: expect.any(Number) as number,
      exp: (claims.iat as number) + 900,
    });
  });

  it('keeps no password and no refresh token', async () => {
    const { data } = await register({ username: 'secrets' });
    await refresh(data.refreshToken);
    const kept = JSON.stringify([
      await mongo.collection('accounts').find().toArray(),
      await mongo.collection('sessions').find().toArray(),
      await mongo.collection('users').find().toArray(),
    ]);
    expect(kept).toContain('$argon2id$v=19$m=19456,');
    expect(kept).not.toContain(PASSWORD);
    expect(kept).not.toContain(data.refreshToken.split('.')[1]);
    expect((await mongo.collection('users').find().toArray()).some((user) => 'passwordHash' in user)).toBe(false);
  });

  it('is refused for a username or an e-mail address somebody has, in whatever spelling', async () => {
    expect((await register({ username: 'Zoë', email: 'zoe@example.org' })).status).toBe(201);
    for (const username of ['zoë', 'ZOË', 'Zoe\u0308', ' Zoë ']) {
      expect(await register({ username })).toMatchObject({ status: 409, code: 'CONFLICT' });
    }
    const same = await register({ username: 'other', email: 'ZOE@example.ORG' });
    expect(same).toMatchObject({ status: 409, code: 'CONFLICT', message: 'This e-mail address is taken.' });
    expect((await login('other')).status).toBe(401);
  });

  it('succeeds once when many want the same name at the same time', async () => {
    const tries = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        register({ username: n % 2 ? 'crowd' : 'CROWD', email: `c${n}@example.org` }),
      ),
    );
    expect(tries.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(7).fill(409)]);
    const emails = await Promise.all(
      Array.from({ length: 4 }, (_, n) => register({ username: `same-mail-${n}`, email: 'one@example.org' })),
    );
    expect(emails.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
  });

  it.each<[string, object | string]>([
    ['a short password', { username: 'fine', password: '1234567' }],
    ['a password that is short as it is kept', { username: 'fine', password: 'e\u0301z\u0306k\u0301w\u0308' }],
    ['a long password', { username: 'fine', password: 'x'.repeat(129) }],
    ['a common password', { username: 'fine', password: 'Password2026!' }],
    ['one’s own name as password', { username: 'fine-person', password: 'Fine-Person1' }],
    ['a short username', { username: 'ab' }],
    ['an e-mail address as username', { username: 'ana@b.org' }],
    ['a username that is no text', { username: { $ne: 1 } }],
    ['a password that is no text', { username: 'fine', password: { $gt: '' } }],
    ['a bad e-mail address', { username: 'fine', email: 'nowhere' }],
    ['null', { username: 'fine', email: null }],
    ['a role', { username: 'fine', role: 'admin' }],
    ['an id', { username: 'fine', _id: '1' }],
  ])('refuses %s', async (_, body) => {
    expect(await register(body as object)).toMatchObject({ status: 400, code: 'INVALID_INPUT' });
    expect(await mongo.collection('accounts').countDocuments({ usernameKey: 'fine' })).toBe(0);
  });

  it('reads JSON of at most 100 kB and nothing else', async () => {
    const post = (body: string, type: string) =>
      fetch(`${gateway.url}/api/v1/auth/login`, { method: 'POST', body, headers: { 'content-type': type } });
    const fine = { username: 'x'.repeat(20), password: PASSWORD };
    expect((await post('username=ana&password=12345678', 'application/x-www-form-urlencoded')).status).toBe(400);
    expect((await post('{"username":', 'application/json')).status).toBe(400);
    expect((await post('[]', 'application/json')).status).toBe(400);
    const large = await post(JSON.stringify({ ...fine, more: 'x'.repeat(103_000) }), 'application/json');
    expect(large.status).toBe(413);
    expect(await large.json()).toMatchObject({ success: false, code: 'TOO_LARGE' });
  });
});

describe('a login', () => {
  it('takes the username or the e-mail address, in whatever spelling', async () => {
    const { data } = await register({ username: 'Ben', email: 'ben@example.org' });
    for (const name of ['Ben', 'BEN', 'ben@example.org', ' Ben@Example.org ']) {
      const answer = await login(name);
      expect(answer.status).toBe(200);
      expect(answer.data.user).toEqual(data.user);
    }
  });

  it('takes the same password from another keyboard', async () => {
    await register({ username: 'keys', password: 'pássword' });
    expect((await login('keys', 'pa\u0301ssword')).status).toBe(200);
  });

  it('answers a wrong password and an unknown name alike, after the same work', async () => {
    await register({ username: 'timed' });
    const took = async (name: string) => {
      const from = performance.now();
      const answer = await login(name, 'not the password');
      expect(answer).toEqual({
        status: 401,
        success: false,
        code: 'WRONG_CREDENTIALS',
        message: 'The username or the password is wrong.',
      });
      return performance.now() - from;
    };
    const fastest = async (name: string) => {
      const times: number[] = [];
      for (let n = 0; n < 7; n++) times.push(await took(name));
      return Math.min(...times);
    };
    const [wrong, unknown] = [await fastest('timed'), await fastest('nobody-here')];
    expect(unknown).toBeGreaterThan(wrong / 2);
    expect(unknown).toBeLessThan(wrong * 2);
  });

  it('finishes a sign-up that broke off between its two writes', async () => {
    const { data } = await register({ username: 'half', email: 'half@example.org' });
    await mongo.collection('users').deleteOne({ username: 'half' });
    const answer = await login('half');
    expect(answer.data.user).toMatchObject({ _id: data.user._id, username: 'half', email: 'half@example.org' });
  });
});

describe('a refresh token', () => {
  it('gets a new pair each time', async () => {
    const first = (await register({ username: 'fresh' })).data;
    const second = await refresh(first.refreshToken);
    expect(second.status).toBe(200);
    expect(second.data.user).toEqual(first.user);
    expect(second.data.refreshToken).not.toBe(first.refreshToken);
    const third = await refresh(second.data.refreshToken);
    expect((await me(third.data.accessToken)).status).toBe(200);
  });

  it('ends its session when it comes again, and no other session', async () => {
    const one = (await register({ username: 'stolen' })).data;
    const other = (await login('stolen')).data;
    const next = (await refresh(one.refreshToken)).data;
    expect(await refresh(one.refreshToken)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
    expect((await refresh(next.refreshToken)).status).toBe(401);
    expect((await refresh(other.refreshToken)).status).toBe(200);
  });

  it('is spent once, however many try at the same time', async () => {
    const { refreshToken } = (await register({ username: 'race' })).data;
    const tries = await Promise.all(Array.from({ length: 6 }, () => refresh(refreshToken)));
    expect(tries.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
    for (const { data } of tries.filter(({ status }) => status === 200)) {
      expect((await refresh(data.refreshToken)).status).toBe(401);
    }
  });

  it('is of no use after logout, nor of another form, nor expired', async () => {
    const { refreshToken } = (await register({ username: 'leaving' })).data;
    const out = await call('POST', '/auth/logout', { body: { refreshToken } });
    expect([out.status, out.success]).toEqual([200, true]);
    expect((await refresh(refreshToken)).status).toBe(401);
    expect((await call('POST', '/auth/logout', { body: { refreshToken } })).status).toBe(200);
    expect((await refresh('nonsense')).status).toBe(401);
    const old = (await login('leaving')).data.refreshToken;
    const id = sessionOf(old) as never;
    await mongo.collection('sessions').updateOne({ _id: id }, { $set: { expiresAt: new Date(Date.now() - 1) } });
    expect((await refresh(old)).status).toBe(401);
  });

  it('is removed by MongoDB itself when its time is over', async () => {
    const indexes = await mongo.collection('sessions').indexes();
    expect(indexes).toContainEqual(expect.objectContaining({ key: { expiresAt: 1 }, expireAfterSeconds: 0 }));
  });
});

describe('a profile', () => {
  it('is changed by its owner, and stays changed under the old token', async () => {
    const { data } = await register({ username: 'carl', name: 'Carl', phone: '+49 30 1' });
    const changed = await change(data.accessToken, { name: 'Karl', picture: 'https://example.org/k.png' });
    expect(changed.data).toEqual({ ...data.user, name: 'Karl', picture: 'https://example.org/k.png' });
    expect((await me(data.accessToken)).data.name).toBe('Karl');
    expect((await refresh(data.refreshToken)).data.user.name).toBe('Karl');
    expect((await me(data.accessToken)).data.name).toBe('Karl');
  });

  it('gets another e-mail address unless somebody has it', async () => {
    await register({ username: 'dora', email: 'dora@example.org' });
    const { accessToken } = (await register({ username: 'emil', email: 'emil@example.org' })).data;
    expect(await change(accessToken, { email: 'DORA@example.org' })).toMatchObject({ status: 409, code: 'CONFLICT' });
    expect((await me(accessToken)).data.email).toBe('emil@example.org');
    expect((await change(accessToken, { email: 'emil@new.example' })).status).toBe(200);
    expect((await login('emil@new.example')).status).toBe(200);
    expect((await login('emil@example.org')).status).toBe(401);
  });

  it.each([{ username: 'x' }, { role: 'admin' }, { name: '' }, { name: null }, { picture: 'javascript:alert(1)' }])(
    'refuses %j',
    async (body) => {
      const { data } = await login('carl');
      expect(await change(data.accessToken, body)).toMatchObject({ status: 400, code: 'INVALID_INPUT' });
    },
  );

  it('of a host app’s person comes from its token', async () => {
    const token = tokenOf('host-1', { name: 'Hana', email: 'hana@example.org' });
    expect((await me(token)).data).toMatchObject({ _id: 'host-1', name: 'Hana', email: 'hana@example.org' });
  });
});

describe('other people', () => {
  it('are found by the start of their name, and show nothing that is private', async () => {
    const token = (await register({ username: 'seeker' })).data.accessToken;
    const { data } = await register({
      username: 'Findable.1',
      name: 'Übel Eva',
      email: 'private@example.org',
      phone: '+49 170 99',
    });
    const shown = { _id: data.user._id, username: 'Findable.1', name: 'Übel Eva' };
    for (const search of ['FIND', 'findable.1', 'übel']) {
      const found = await call('GET', `/users?search=${encodeURIComponent(search)}`, { token });
      expect(found).toMatchObject({ status: 200, success: true });
      expect(found.data).toEqual([shown]);
    }
    expect((await call('GET', `/users/${data.user._id}`, { token })).data).toEqual(shown);
    for (const nothing of ['', '?search=', '?search=%20', '?search=private', '?search=.*', '?search=%5E']) {
      expect((await call('GET', `/users${nothing}`, { token })).data).toEqual([]);
    }
    const twice = await call('GET', '/users?search=a&search=b', { token });
    expect(twice.status).toBe(400);
  });

  it('are at most 20', async () => {
    const users = Array.from({ length: 25 }, (_, n) => ({
      _id: `many-${n}`,
      name: `Many ${n}`,
      role: 'user',
      searchTerms: [`many ${n}`],
    }));
    await mongo.collection('users').insertMany(users as never[]);
    expect((await call<unknown[]>('GET', '/users?search=many', { token: tokenOf('ana') })).data).toHaveLength(20);
  });

  it('are NOT_FOUND when nobody has seen them, and nobody’s business without a token', async () => {
    const token = tokenOf('ana');
    for (const id of ['unknown', '%24ne', 'x'.repeat(300)]) {
      expect(await call('GET', `/users/${id}`, { token })).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    }
    for (const path of ['/users/me', '/users/many-1', '/users?search=many']) {
      expect(await call('GET', path)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
    }
  });
});
