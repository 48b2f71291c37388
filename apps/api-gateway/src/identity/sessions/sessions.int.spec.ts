import { JwtService } from '@nestjs/jwt';
import { getConnectionToken } from '@nestjs/mongoose';
import type { Connection } from 'mongoose';
import { startGateway, tokenOf } from '../../gateway.suite.js';
import { identityAt, type SignedIn } from '../identity.suite.js';

interface Shown {
  _id: string;
  device?: string;
  current: boolean;
  createdAt: string;
  lastUsedAt: string;
}

let gateway: Awaited<ReturnType<typeof startGateway>>;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.stop());

const { call, register, login, refresh, logout, me } = identityAt(() => gateway.url);
const sessions = (token: string) => call<Shown[]>('GET', '/auth/sessions', { token });
const endOne = (token: string, id: string) => call('DELETE', `/auth/sessions/${id}`, { token });
const endAll = (token: string, query = '') => call('DELETE', `/auth/sessions${query}`, { token });
const sidOf = ({ accessToken }: SignedIn) => new JwtService().decode<{ sid: string }>(accessToken).sid;
const device = (name: string) => ({ 'user-agent': name });
/** What becomes of a login: its access token, and then its refresh token. */
const lives = async ({ accessToken, refreshToken }: SignedIn) => [
  (await me(accessToken)).status,
  (await refresh(refreshToken)).status,
];

describe('sessions', () => {
  it('are listed to their owner with their device, the one used last first', async () => {
    const first = (await register({ username: 'ana' })).data;
    const phone = (await login('ana', undefined, device('Phone/1.0'))).data;
    const { refreshToken } = (await login('ana', undefined, device('x'.repeat(300)))).data;
    await register({ username: 'somebody-else' });
    const again = (await refresh(first.refreshToken)).data;
    const { status, data } = await sessions(phone.accessToken);
    expect(status).toBe(200);
    expect(data.map(({ _id }) => _id)).toEqual([sidOf(again), data[1]?._id, sidOf(phone)]);
    expect(data.map(({ current }) => current)).toEqual([false, false, true]);
    expect(data.map(({ device }) => device)).toEqual(['node', 'x'.repeat(256), 'Phone/1.0']);
    expect(Object.keys(data[2] as object).sort()).toEqual(['_id', 'createdAt', 'current', 'device', 'lastUsedAt']);
    expect(new Date(data[0]?.lastUsedAt ?? '') > new Date(data[0]?.createdAt ?? '')).toBe(true);
    expect(JSON.stringify(data)).not.toContain(refreshToken.split('.')[0]);
    expect(sidOf(again)).toBe(sidOf(first));
  });

  it('end one by one: the tokens of that one are refused, the others go on', async () => {
    const stays = (await register({ username: 'ben' })).data;
    const goes = (await login('ben')).data;
    const renewed = (await refresh(goes.refreshToken)).data;
    expect((await endOne(stays.accessToken, sidOf(goes))).status).toBe(200);
    expect(await me(goes.accessToken)).toMatchObject({
      status: 401,
      code: 'UNAUTHENTICATED',
      message: 'This session has ended; log in again.',
    });
    expect(await lives(renewed)).toEqual([401, 401]);
    expect((await sessions(stays.accessToken)).data.map(({ _id }) => _id)).toEqual([sidOf(stays)]);
    expect((await endOne(stays.accessToken, sidOf(goes))).status).toBe(200);
    expect(await lives(stays)).toEqual([200, 200]);
  });

  it('end all at once, or all but the one that asks', async () => {
    const one = (await register({ username: 'cleo' })).data;
    const [two, three] = [(await login('cleo')).data, (await login('cleo')).data];
    expect((await endAll(one.accessToken, '?keepThis=yes')).status).toBe(400);
    expect((await endAll(one.accessToken, '?keepThis=true')).status).toBe(200);
    expect([await lives(two), await lives(three)]).toEqual([
      [401, 401],
      [401, 401],
    ]);
    const next = (await refresh(one.refreshToken)).data;
    const four = (await login('cleo')).data;
    expect((await endAll(four.accessToken)).status).toBe(200);
    expect([await lives(next), await lives(four)]).toEqual([
      [401, 401],
      [401, 401],
    ]);
  });

  it('end by logout, and when a spent refresh token comes again', async () => {
    const out = (await register({ username: 'dan' })).data;
    await logout(out.refreshToken);
    expect((await me(out.accessToken)).status).toBe(401);
    const stolen = (await login('dan')).data;
    const next = (await refresh(stolen.refreshToken)).data;
    expect((await me(next.accessToken)).status).toBe(200);
    expect((await refresh(stolen.refreshToken)).status).toBe(401);
    expect(await lives(next)).toEqual([401, 401]);
  });

  it('end also where a gateway of the version before has begun them', async () => {
    const { data } = await register({ username: 'early' });
    const kept = gateway.app.get<Connection>(getConnectionToken()).collection('sessions');
    await kept.updateOne({ _id: sidOf(data) as never }, { $unset: { accessUntil: 1 } });
    expect((await endAll(data.accessToken)).status).toBe(200);
    expect((await me(data.accessToken)).status).toBe(401);
  });

  it('are not ended by who only knows their id', async () => {
    const { data } = await register({ username: 'eva' });
    const other = (await register({ username: 'mallory' })).data;
    expect(await endOne(other.accessToken, sidOf(data))).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    for (const secret of ['x'.repeat(43), data.refreshToken.split('.')[1]]) {
      expect((await refresh(`${sidOf(data)}.${secret}`)).status).toBe(401);
      await logout(`${sidOf(data)}.${secret}`);
    }
    expect(await lives(data)).toEqual([200, 200]);
  });

  it('are nobody’s without a token, and none for people of a host app', async () => {
    for (const [method, path] of [
      ['GET', ''],
      ['DELETE', ''],
      ['DELETE', '/any'],
    ] as const) {
      expect(await call(method, `/auth/sessions${path}`)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
    }
    expect((await sessions(tokenOf('host-person', { sid: 'of-the-host' }))).data).toEqual([]);
    expect((await endOne(tokenOf('host-person'), 'unknown')).status).toBe(404);
  });

  it('that ended are kept until their last access token has expired, and no longer', async () => {
    const { data } = await register({ username: 'fay' });
    await logout(data.refreshToken);
    const kept = await gateway.app
      .get<Connection>(getConnectionToken())
      .collection('sessions')
      .findOne({ _id: sidOf(data) as never });
    const { exp } = new JwtService().decode<{ exp: number }>(data.accessToken);
    const beyond = (kept?.expiresAt as Date).getTime() - exp * 1000;
    expect(beyond).toBeGreaterThan(50_000);
    expect(beyond).toBeLessThan(70_000);
  });
});
