import { createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { FakeApns } from '@app/testing/fake-apns.js';
import { PROVIDER, TLS } from '@app/testing/fake-apns.keys.js';
import type { Push, Target } from '../sender.js';
import { ApnsSender } from './apns.sender.js';

const push: Push = {
  messageId: '65b000000000000000000001',
  conversationId: '65a000000000000000000001',
  senderId: 'ana',
  seq: 7,
  title: 'New message from Ana',
  body: 'Hello',
  expiresAt: new Date('2126-01-02T00:00:00Z'),
};
const TOKEN = 'ab'.repeat(32);
const to: Target = { installationId: 'i', userId: 'ben', platform: 'ios', provider: 'apns', token: TOKEN };
const forever = new Promise<never>(() => undefined);

let production: FakeApns;
let sandbox: FakeApns;
let sender: ApnsSender;
let elsewhere: Server | undefined;

const { topic, key, keyId, teamId } = PROVIDER;
const address = (port: number, patienceMs: number, ca: string | undefined = TLS.ca) => ({
  host: 'localhost',
  port,
  token: { key, keyId, teamId },
  patienceMs,
  ...(ca && { ca }),
});

/** A sender whose devices are in production when they do not say. */
function senderTo(ports: { production: number; sandbox: number }, patienceMs = 10_000, ca?: string): ApnsSender {
  const addresses = {
    production: address(ports.production, patienceMs, ca),
    sandbox: address(ports.sandbox, patienceMs, ca),
  };
  return new ApnsSender({ topic, environment: 'production', addresses });
}

beforeEach(async () => {
  [production, sandbox] = await Promise.all([FakeApns.start(), FakeApns.start()]);
  sender = senderTo({ production: production.port, sandbox: sandbox.port });
});
afterEach(async () => {
  await sender.close();
  await Promise.all([production.stop(), sandbox.stop()]);
  elsewhere?.close();
  elsewhere = undefined;
});

const send = (more: Partial<Target> = {}) => sender.send(push, { ...to, ...more });

describe('a push through APNs', () => {
  it('carries what Apple asks for, and comes back with its id', async () => {
    expect(await send()).toEqual({ is: 'accepted', providerMessageId: expect.stringMatching(/^[0-9A-F-]{36}$/) });
    const { headers, payload, token } = await production.next();
    expect(token).toBe(TOKEN);
    expect(headers).toMatchObject({
      'apns-topic': topic,
      'apns-push-type': 'alert',
      'apns-priority': '10',
      'apns-collapse-id': push.conversationId,
      'apns-expiration': String(push.expiresAt.getTime() / 1000),
    });
    expect(payload).toMatchObject({
      aps: { alert: { title: push.title, body: 'Hello' } },
      type: 'newMessage',
      seq: '7',
    });
  });

  it('shares one session and one provider token with all others', async () => {
    const outcomes = await Promise.all(Array.from({ length: 100 }, () => send()));
    expect(outcomes.every(({ is }) => is === 'accepted')).toBe(true);
    await send();
    expect([production.pushes.length, production.sessions, production.providerTokens.size]).toEqual([101, 1, 1]);
  });

  it('is sent once whatever the answer: repeating has one policy', async () => {
    production.answers(
      TOKEN,
      { status: 429, reason: 'TooManyRequests' },
      { status: 503, reason: 'ServiceUnavailable' },
    );
    expect(await send()).toMatchObject({ is: 'later', reason: '429 TooManyRequests', retryAfterMs: 60_000 });
    expect(await send()).toEqual({ is: 'later', reason: '503 ServiceUnavailable' });
    expect(production.pushes).toHaveLength(2);
  });

  it('goes on after an internal error, over another session', async () => {
    production.answers(TOKEN, { status: 500, reason: 'InternalServerError' }, { status: 200 });
    expect(await send()).toMatchObject({ is: 'later', reason: expect.stringMatching(/^500/) });
    expect(await send()).toMatchObject({ is: 'accepted' });
  });

  it('has a provider token that is made anew, once for all, when it has expired', async () => {
    await send();
    production.expireProviderTokens();
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => send()));
    expect(outcomes.every(({ is }) => is === 'accepted')).toBe(true);
    expect(production.providerTokens.size).toBe(2);
  });
});

describe('a connection', () => {
  it('that Apple ends with GOAWAY is finished and followed by another', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    production.answers(TOKEN, { status: 200, after: promise });
    const underWay = send();
    await production.next();
    production.goAway();
    const token = 'cd'.repeat(32);
    // One that crosses the GOAWAY is refused by HTTP/2 itself.
    while (production.of(token).length === 0) await send({ token });
    resolve();
    expect(await underWay).toMatchObject({ is: 'accepted' });
    expect(production.of(token)).toMatchObject([{ session: 2, status: 200 }]);
  });

  it('that breaks leaves its push to be repeated, over another', async () => {
    production.answers(TOKEN, { status: 0 }, { status: 200 });
    expect(await send()).toMatchObject({ is: 'later' });
    expect(await send()).toMatchObject({ is: 'accepted' });
    expect(production.sessions).toBe(2);
  });

  it('that says nothing any more is given up after its patience, together with what waits on it', async () => {
    sender = senderTo({ production: production.port, sandbox: sandbox.port }, 300);
    production.answers(TOKEN, { status: 200, after: forever });
    const waited = await Promise.all([send(), send(), send()]);
    expect(waited.map(({ is }) => is)).toEqual(['later', 'later', 'later']);
    production.answers(TOKEN, { status: 200 });
    await Promise.all([send(), send()]);
    expect(production.sessions).toBe(2);
  });

  it('that is taken and never spoken over does not hold a push for ever', async () => {
    const sockets: Socket[] = [];
    elsewhere = createServer((socket) => void sockets.push(socket)).listen(0, '127.0.0.1');
    await once(elsewhere, 'listening');
    const { port } = elsewhere.address() as AddressInfo;
    sender = senderTo({ production: port, sandbox: port }, 200);
    expect(await send()).toMatchObject({ is: 'later', reason: expect.stringMatching(/timeout/) });
    await sender.close();
    sockets.forEach((socket) => socket.destroy());
  });

  it('is not made with whoever cannot prove to be the host', async () => {
    sender = senderTo({ production: production.port, sandbox: sandbox.port }, 10_000, '');
    expect(await send()).toMatchObject({ is: 'later', reason: expect.stringMatching(/certificate/) });
    expect(production.pushes).toEqual([]);
  });

  it('leaves nothing open when the sender closes, be it after a broken session or while an answer is out', async () => {
    production.answers(TOKEN, { status: 0 }, { status: 200, after: forever });
    await send();
    await sender.close();
    sender = senderTo({ production: production.port, sandbox: sandbox.port });
    const underWay = send();
    await production.next(({ session }) => session === 2);
    await sender.close();
    expect(await underWay).toMatchObject({ is: 'later' });
    expect(await send()).toMatchObject({ is: 'later' });
    await production.sessionsClosed();
    expect(production.openSessions).toBe(0);
    // Whoever comes next is the third: the push after the end opened nothing.
    sender = senderTo({ production: production.port, sandbox: sandbox.port });
    production.answers(TOKEN, { status: 200 });
    await send();
    expect(production.sessions).toBe(3);
  });
});

describe('an environment', () => {
  it('is the one that the device names', async () => {
    await send({ environment: 'sandbox' });
    expect([production.pushes.length, sandbox.pushes.length]).toEqual([0, 1]);
  });

  it('is looked for before a token is taken for dead', async () => {
    production.answers(TOKEN, { status: 400, reason: 'BadDeviceToken' });
    expect(await send()).toMatchObject({ is: 'accepted' });
    sandbox.answers(TOKEN, { status: 503, reason: 'Shutdown' }, { status: 400, reason: 'BadDeviceToken' });
    expect(await send()).toMatchObject({ is: 'later', reason: '503 Shutdown' });
    expect(await send()).toEqual({ is: 'dead', reason: '400 BadDeviceToken' });
  });

  it('that our key is not made for holds up nobody else', async () => {
    sandbox.answers(TOKEN, { status: 403, reason: 'BadEnvironmentKeyIdInToken' });
    expect(await send({ environment: 'sandbox' })).toMatchObject({ is: 'refused' });
    production.answers(TOKEN, { status: 403, reason: 'InvalidProviderToken' });
    expect(await send()).toMatchObject({ is: 'misconfigured' });
  });
});

describe('tokens of another app', () => {
  it('are removed while they are few; many mean that the topic is wrong', async () => {
    production.answers(TOKEN, { status: 400, reason: 'DeviceTokenNotForTopic' });
    expect(await send()).toMatchObject({ is: 'dead' });
    expect(await send()).toMatchObject({ is: 'refused', reason: expect.stringContaining('APNS_TOPIC') });
  });
});
