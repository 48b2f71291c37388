import { connect, type OutgoingHttpHeaders } from 'node:http2';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { SignJWT } from 'jose';
import { createPrivateKey } from 'node:crypto';
import { FakeApns } from './fake-apns.js';
import { PROVIDER, TLS } from './fake-apns.keys.js';

const TOKEN = 'ab'.repeat(32);

let apns: FakeApns;

beforeEach(async () => {
  apns = await FakeApns.start();
});
afterEach(() => apns.stop());

const bearer = async ({ keyId = PROVIDER.keyId, teamId = PROVIDER.teamId, iat = Date.now() / 1000 } = {}) =>
  `bearer ${await new SignJWT()
    .setProtectedHeader({ alg: 'ES256', kid: keyId })
    .setIssuer(teamId)
    .setIssuedAt(Math.floor(iat))
    .sign(createPrivateKey(PROVIDER.key))}`;

async function send(wrong: OutgoingHttpHeaders = {}, body = '{"aps":{}}', token = TOKEN) {
  const session = connect(`https://localhost:${apns.port}`, { ca: TLS.ca });
  const right = {
    ':method': 'POST',
    ':path': `/3/device/${token}`,
    authorization: await bearer(),
    'apns-topic': PROVIDER.topic,
    'apns-push-type': 'alert',
    'apns-priority': '10',
    'apns-expiration': '0',
  };
  const request = session.request({ ...right, ...wrong });
  request.end(body);
  const [headers] = (await once(request, 'response')) as [Record<string, unknown>];
  const said = await text(request);
  session.close();
  return { status: headers[':status'], id: headers['apns-id'], ...(JSON.parse(said || '{}') as object) };
}

describe('the fake APNs', () => {
  it('takes pushes with an id and hands each out once', async () => {
    expect(await send()).toEqual({ status: 200, id: expect.stringMatching(/^[0-9A-F-]{36}$/) as string });
    expect(await apns.next()).toMatchObject({ token: TOKEN, payload: { aps: {} }, session: 1, status: 200 });
    await expect(apns.next(undefined, 20)).rejects.toThrow('there were 1 pushes');
  });

  it('answers a token as it was told, the last answer again and again', async () => {
    apns.answers(TOKEN, { status: 503, reason: 'Shutdown' }, { status: 410, reason: 'Unregistered', timestamp: 7 });
    expect(await send()).toMatchObject({ status: 503, reason: 'Shutdown' });
    expect(await send()).toMatchObject({ status: 410, reason: 'Unregistered', timestamp: 7 });
    expect(await send()).toMatchObject({ status: 410 });
    expect(await send({}, '{}', 'cd'.repeat(32))).toMatchObject({ status: 200 });
  });

  it.each([
    ['MissingTopic', { 'apns-topic': '' }],
    ['TopicDisallowed', { 'apns-topic': 'com.example.other' }],
    ['InvalidPushType', { 'apns-push-type': 'loud' }],
    ['BadPriority', { 'apns-priority': '7' }],
    ['BadCollapseId', { 'apns-collapse-id': 'x'.repeat(65) }],
    ['BadExpirationDate', { 'apns-expiration': 'soon' }],
    ['BadDeviceToken', { ':path': '/3/device/nonsense' }],
    ['BadPath', { ':path': '/4/device/x' }],
    ['MissingProviderToken', { authorization: '' }],
    ['InvalidProviderToken', { authorization: 'bearer a.b.c' }],
  ])('refuses with %s', async (reason, wrong) => {
    expect(await send(wrong)).toMatchObject({ reason });
  });

  it('refuses tokens of another key or team, and old ones', async () => {
    const reasons = async (given: object) => send({ authorization: await bearer(given) });
    expect(await reasons({ keyId: 'OTHERKEY01' })).toMatchObject({ reason: 'InvalidProviderToken' });
    expect(await reasons({ teamId: 'OTHERTEAM1' })).toMatchObject({ reason: 'InvalidProviderToken' });
    expect(await reasons({ iat: Date.now() / 1000 - 3700 })).toMatchObject({ reason: 'ExpiredProviderToken' });
  });

  it('refuses a payload that is empty or above 4,096 bytes', async () => {
    expect(await send({}, '')).toMatchObject({ status: 400, reason: 'PayloadEmpty' });
    expect(await send({}, JSON.stringify({ x: 'y'.repeat(4096) }))).toMatchObject({ status: 413 });
  });
});
