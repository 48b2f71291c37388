import { TestSocket } from '@app/testing/test-socket.js';
import { suite } from '../suite.ts';

interface SignedIn {
  accessToken: string;
  refreshToken: string;
}

const PASSWORD = 'correct horse battery';
const username = `sessions-${Date.now()}`;

async function ask<T>(method: string, path: string, { body, token }: { body?: object; token?: string } = {}) {
  const answer = await fetch(`${suite().gateway}/api/v1${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: answer.status, data: ((await answer.json()) as { data: T }).data };
}

const login = async () => (await ask<SignedIn>('POST', '/auth/login', { body: { username, password: PASSWORD } })).data;
const refresh = ({ refreshToken }: SignedIn) => ask<SignedIn>('POST', '/auth/refresh', { body: { refreshToken } });
const at = (node: number, { accessToken }: SignedIn) => TestSocket.connect(`${suite().chat[node]}/chat`, accessToken);
const ended = ({ socket }: TestSocket) =>
  new Promise<number>((resolve) => socket.once('disconnect', () => resolve(Date.now())));

beforeAll(async () => {
  const { status } = await ask('POST', '/auth/register', { body: { username, password: PASSWORD } });
  expect(status).toBe(201);
});

describe('somebody who is logged in on two devices, at two nodes', () => {
  it('ends one login at the other: its socket is told and cut within five seconds, its token refused everywhere', async () => {
    const [phone, laptop] = [await login(), await login()];
    const [there, here] = [await at(0, phone), await at(1, laptop)];
    type Shown = { _id: string; current: boolean; createdAt: string };
    const { data } = await ask<Shown[]>('GET', '/auth/sessions', { token: phone.accessToken });
    const of = data.find(({ current }) => current)?._id;
    const cut = ended(there);
    const from = Date.now();
    expect((await ask('DELETE', `/auth/sessions/${of}`, { token: laptop.accessToken })).status).toBe(200);
    expect((await cut) - from).toBeLessThan(5000);
    const said = { code: 'UNAUTHENTICATED', message: 'This session has ended; log in again.', retryable: false };
    expect(there.all('error')).toEqual([said]);
    await expect(at(0, phone)).rejects.toMatchObject({ data: said });
    await expect(at(1, phone)).rejects.toMatchObject({ data: said });
    for (const path of ['/users/me', '/chat/conversations', '/notifications', '/devices']) {
      expect((await ask('GET', path, { token: phone.accessToken })).status).toBe(401);
    }
    for (const url of [`${suite().media}/media/x`, `${suite().notification}/devices`]) {
      const headers = { authorization: `Bearer ${phone.accessToken}` };
      while ((await fetch(url, { headers })).status !== 401) expect(Date.now() - from).toBeLessThan(5000);
    }
    await here.asks('presence_unsubscribe', { userId: 'anybody' });
    expect((await ask('GET', '/users/me', { token: laptop.accessToken })).status).toBe(200);
    here.close();
  });

  it('is cut at both when a refresh token comes twice: one of the two is a thief', async () => {
    const stolen = await login();
    const thief = (await refresh(stolen)).data;
    const sockets = [await at(0, stolen), await at(1, thief)];
    const cuts = Promise.all(sockets.map(ended));
    const from = Date.now();
    expect((await refresh(stolen)).status).toBe(401);
    for (const time of await cuts) expect(time - from).toBeLessThan(5000);
    for (const socket of sockets) expect(socket.all('error')).toMatchObject([{ code: 'UNAUTHENTICATED' }]);
    expect((await refresh(thief)).status).toBe(401);
  });
});
