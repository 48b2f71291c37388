import { setTimeout as pause } from 'node:timers/promises';
import { tokenOf } from '../../libs/testing/src/tokens.ts';
import type { TestSuite } from '../suite.ts';

/** What a run of the fuzzer knows: who it is, and the ids of what that person has. */
export interface World {
  /** Of a login of its own. */
  token: string;
  /** The same person without a login, as a host app would sign it: no logout ends it. */
  endlessToken: string;
  me: { id: string; username: string };
  /** Ids by what they name. */
  ids: Record<'people' | 'conversations' | 'messages' | 'files' | 'devices' | 'logins', string[]>;
  refreshTokens: string[];
}

interface SignedIn {
  accessToken: string;
  refreshToken: string;
  user: { _id: string; username: string };
}

export const PASSWORD = 'correct horse battery';
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const MEMBERS = 4;
const GROUPS = 6;
const MOST_TRIES = 20;
let people = 0;

/** Somebody with conversations, messages, files, devices and logins, all made through the gateway. */
export async function populate(is: Pick<TestSuite, 'gateway' | 'jwtSecret'>): Promise<World> {
  const client = new Client(is.gateway);
  const mine = await client.signUp();
  const token = mine.accessToken;
  const others = await Promise.all(Array.from({ length: MEMBERS }, () => client.signUp()));
  const logins = await Promise.all(Array.from({ length: 6 }, () => client.logIn(mine.user.username)));
  const names = others.map(({ user }) => user._id);
  const conversations = [(await client.post('/chat/conversations', { participantIds: names.slice(0, 1) }, token))._id];
  for (let n = 0; n < GROUPS; n++) {
    const ask = { participantIds: names, isGroup: true, name: `Group ${n}` };
    conversations.push((await client.post('/chat/conversations', ask, token))._id);
  }
  const messages: string[] = [];
  for (const id of [...conversations, ...conversations]) {
    messages.push((await client.post(`/chat/conversations/${id}/messages`, { text: 'Hello' }, token))._id);
  }
  const files = await Promise.all(['a.png', 'b.png'].map((name) => client.upload(name, token)));
  const devices = ['phone', 'laptop', 'tablet'].map((name) => `${name}-${mine.user._id}`);
  for (const installationId of devices) {
    await client.post(
      '/devices',
      { installationId, platform: 'android', provider: 'fcm', token: installationId },
      token,
    );
  }
  const sessions = (await client.ask('GET', '/auth/sessions', { token })) as { _id: string; current: boolean }[];
  return {
    token,
    endlessToken: tokenOf(mine.user._id, {}, is.jwtSecret),
    me: { id: mine.user._id, username: mine.user.username },
    ids: {
      people: names,
      conversations,
      messages,
      files,
      devices,
      logins: sessions.filter(({ current }) => !current).map(({ _id }) => _id),
    },
    refreshTokens: logins.map(({ refreshToken }) => refreshToken),
  };
}

interface Asked {
  token?: string;
  body?: object;
}

/** Asks the gateway; what is refused throws. */
class Client {
  constructor(private readonly gateway: string) {}

  signUp(): Promise<SignedIn> {
    const username = `fuzz-${process.pid}-${people++}`;
    return this.ask('POST', '/auth/register', { body: { username, password: PASSWORD } }) as Promise<SignedIn>;
  }

  logIn(username: string): Promise<SignedIn> {
    return this.ask('POST', '/auth/login', { body: { username, password: PASSWORD } }) as Promise<SignedIn>;
  }

  post(path: string, body: object, token: string): Promise<{ _id: string }> {
    return this.ask('POST', path, { body, token }) as Promise<{ _id: string }>;
  }

  async upload(name: string, token: string): Promise<string> {
    const form = new FormData();
    form.append('file', new Blob([Buffer.from(PNG, 'base64')], { type: 'image/png' }), name);
    return (await this.post('/media', form, token))._id;
  }

  /** What is refused for now is asked again, as every client does. */
  async ask(method: string, path: string, asked: Asked): Promise<unknown> {
    for (let tries = 1; ; tries++) {
      const answer = await this.request(method, path, asked);
      const text = await answer.text();
      if (answer.ok) return (JSON.parse(text) as { data: unknown }).data;
      if (answer.status !== 503 || tries === MOST_TRIES) {
        throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
      }
      await pause((JSON.parse(text) as { retryAfterMs: number }).retryAfterMs);
    }
  }

  private request(method: string, path: string, { token, body }: Asked): Promise<Response> {
    const form = body instanceof FormData;
    return fetch(`${this.gateway}/api/v1${path}`, {
      method,
      headers: {
        ...(body && !form && { 'content-type': 'application/json' }),
        ...(token && { authorization: `Bearer ${token}` }),
      },
      ...(body && { body: form ? body : JSON.stringify(body) }),
    });
  }
}
