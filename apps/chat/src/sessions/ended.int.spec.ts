import { randomBytes } from 'node:crypto';
import { EndedSessions } from '@app/common/auth/sessions/ended-sessions.js';
import { TestSocket } from '@app/testing/test-socket.js';
import { tokenOf } from '@app/testing/tokens.js';
import { chatWorld, type ChatWorld } from '../chat.world.suite.js';

let world: ChatWorld;

beforeAll(async () => {
  world = await chatWorld(2);
});
afterAll(() => world.close());

const newId = () => randomBytes(16).toString('base64url');
/** A token as the gateway signs it. */
const ownToken = (userId: string, sid: string) => tokenOf(userId, { iss: 'parley', sid });
const connect = (node: number, token: string) => TestSocket.connect(`${world.urls[node - 1]}/chat`, token);
const cut = ({ socket }: TestSocket) =>
  new Promise<string>((resolve) => socket.once('disconnect', (reason) => resolve(reason)));
/** Ends a session as the gateway does. */
const write = (id: string) =>
  world.db
    .collection('sessions')
    .insertOne({ _id: id as never, endedAt: new Date(), expiresAt: new Date(Date.now() + 60_000) });
const said = { code: 'UNAUTHENTICATED', message: 'This session has ended; log in again.', retryable: false };

describe('when a session ends', () => {
  it('its sockets on all nodes are told and cut within five seconds, and no others', async () => {
    const [ended, other] = [newId(), newId()];
    const [one, two] = await Promise.all([connect(1, ownToken('ana', ended)), connect(2, ownToken('ana', ended))]);
    const lives = await connect(1, ownToken('ana', other));
    const reasons = Promise.all([cut(one), cut(two)]);
    const from = Date.now();
    await write(ended);
    expect(await reasons).toEqual(Array(2).fill('io server disconnect'));
    expect(Date.now() - from).toBeLessThan(5000);
    expect([one.all('error'), two.all('error')]).toEqual([[said], [said]]);
    await lives.asks('presence_unsubscribe', { userId: 'ana' });
    expect(lives.all('error')).toEqual([]);
    lives.close();
  });

  it('its sockets are cut at once where Redis tells of it', async () => {
    const id = newId();
    const ana = await connect(2, ownToken('ana', id));
    const over = cut(ana);
    const from = Date.now();
    // Nothing is in MongoDB: only what was told can be the cause.
    world.apps[0]?.get(EndedSessions).tell([{ id, until: Date.now() + 60_000 }]);
    await over;
    expect(Date.now() - from).toBeLessThan(1000);
  });

  it('its sockets are cut within five seconds while Redis is frozen', async () => {
    const id = newId();
    const ana = await connect(1, ownToken('ana', id));
    const over = cut(ana);
    world.redis.freeze();
    const from = Date.now();
    await write(id);
    await over;
    expect(Date.now() - from).toBeLessThan(5000);
    world.redis.thaw();
  });

  it('its tokens open no socket and no REST, at any node', async () => {
    const id = newId();
    const ana = await connect(1, ownToken('ana', id));
    const ben = await connect(2, ownToken('ana', id));
    const over = Promise.all([cut(ana), cut(ben)]);
    await write(id);
    await over;
    for (const node of [1, 2]) {
      await expect(connect(node, ownToken('ana', id))).rejects.toMatchObject({ data: said });
      const headers = { authorization: `Bearer ${ownToken('ana', id)}` };
      const answer = await fetch(`${world.urls[node - 1]}/conversations`, { headers });
      expect([answer.status, await answer.json()]).toEqual([
        401,
        { success: false, code: said.code, message: said.message },
      ]);
    }
  });

  it('sockets that have gone over to another session live on, and end with that one', async () => {
    const [first, second] = [newId(), newId()];
    const ana = await connect(1, ownToken('ana', first));
    const ben = await connect(1, ownToken('ben', first));
    await ana.asks('authenticate', { token: ownToken('ana', second) });
    const bensEnd = cut(ben);
    await write(first);
    await bensEnd;
    expect(ana.socket.connected).toBe(true);
    expect(await ana.answer('authenticate', { token: ownToken('ana', first) })).toEqual({ ok: false, error: said });
    const anasEnd = cut(ana);
    await write(second);
    await anasEnd;
    expect(ana.all('error')).toEqual([said]);
  });
});
