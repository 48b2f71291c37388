import { FakeFcm } from './fake-fcm.js';

let fcm: FakeFcm;

beforeEach(async () => {
  fcm = await FakeFcm.start();
});
afterEach(() => fcm.stop());

const send = (message: object, path = '/v1/projects/demo/messages:send') =>
  fetch(`http://${fcm.host}${path}`, { method: 'POST', body: JSON.stringify({ message }) });

describe('the fake FCM', () => {
  it('takes pushes and hands each out once', async () => {
    const later = fcm.next(({ token }) => token === 'b');
    const answer = await send({ token: 'a', data: { seq: '1' } });
    expect([answer.status, await answer.json()]).toEqual([200, { name: 'projects/demo/messages/1' }]);
    await send({ token: 'b' });
    expect((await later).token).toBe('b');
    expect((await fcm.next()).message.data).toEqual({ seq: '1' });
    await expect(fcm.next(undefined, 20)).rejects.toThrow('there were 2 pushes');
  });

  it('answers a token as it was told, the last answer again and again', async () => {
    fcm.answers('a', { status: 503, retryAfter: 7, html: true }, { status: 404, error: 'UNREGISTERED' });
    const first = await send({ token: 'a' });
    expect([first.status, first.headers.get('retry-after')]).toEqual([503, '7']);
    const errors = await Promise.all([send({ token: 'a' }), send({ token: 'a' })]);
    expect(errors.map(({ status }) => status)).toEqual([404, 404]);
    expect(await errors[0]?.json()).toMatchObject({ error: { details: [{ errorCode: 'UNREGISTERED' }] } });
    expect((await send({ token: 'other' })).status).toBe(200);
  });

  it.each([
    ['data that is no text', { data: { seq: 1 } }],
    ['a reserved key', { data: { from: 'ana' } }],
    ['more than 4,096 bytes', { notification: { body: 'x'.repeat(4096) } }],
  ])('refuses %s, as the real one does', async (_, wrong) => {
    expect((await send({ token: 'a', ...wrong })).status).toBe(400);
  });

  it('knows one address only, and can hang up', async () => {
    expect((await send({ token: 'a' }, '/v1/elsewhere')).status).toBe(404);
    fcm.answers('a', { status: 0 });
    await expect(send({ token: 'a' })).rejects.toThrow('fetch failed');
  });
});
