import { randomUUID } from 'node:crypto';
import { EXAMPLES } from '@app/common/openapi/examples.js';
import { tokenOf } from '@app/testing/tokens.js';
import { suite } from '../suite.ts';

/** What there is when a route is tried, all of it new. */
export interface World {
  at: (service: string) => string;
  /** Of who asks. */
  token: string;
  /** Of somebody who is there too, without being the owner; and of somebody who is not. */
  other: string;
  stranger: string;
  /** An id, name or token in the documents' examples → the real one. */
  bound: Record<string, string>;
  /** A form with a file. */
  form: () => FormData;
}

const { gateway, chat, media, notification, jwtSecret } = suite();
const ADDRESSES: Record<string, string> = { 'api-gateway': gateway, chat: chat[0], media, notification };
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** Examples of the gateway's document that stand for something of one person's. */
const SESSION = 'q0Zk3vJ1yX5s7uB9nD2fHw';
const REFRESH_TOKEN = 'T3VyRXhhbXBsZUZhbWlseQ.QW5FeGFtcGxlU2VjcmV0VGhhdE5vYm9keUhhc0F0QWx';
const PASSWORD = 'ana-demo-1';
const INSTALLATION = '2f1c9f0e-7d2b-4f5e-9a51-0c8f3f1f2a77';

/** A picture; with so many bytes more. */
export function picture(more = 0): FormData {
  const form = new FormData();
  form.set('file', new Blob([Buffer.from(PIXEL, 'base64'), Buffer.alloc(more)]), 'holiday.png');
  return form;
}

async function ask<T>(method: string, path: string, { token, body }: { token?: string; body?: object }): Promise<T> {
  const form = body instanceof FormData;
  const answer = await fetch(`${gateway}/api/v1${path}`, {
    method,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body && !form && { 'content-type': 'application/json' }),
    },
    ...(body && { body: form ? body : JSON.stringify(body) }),
  });
  const { data, ...refusal } = (await answer.json()) as { data: T };
  if (!answer.ok) throw new Error(`${method} ${path}: ${JSON.stringify(refusal)}`);
  return data;
}

interface Made {
  _id: string;
}

function begin(run: string) {
  const token = (name: string) => tokenOf(`${name}-${run}`, {}, jwtSecret);
  const people = Object.fromEntries(['ana', 'ben', 'cleo'].map((name) => [name, `${name}-${run}`]));
  return { token, people, at: (service: string) => ADDRESSES[service] ?? '', form: () => picture() };
}

/** A host app's people, with a group that has talked, files and a device. */
async function hostApp(run: string): Promise<World> {
  const { token, people, ...rest } = begin(run);
  const [ana, ben] = [token('ana'), token('ben')];
  const file = await ask<Made>('POST', '/media', { token: ana, body: picture() });
  const participantIds = [people.ben, people.cleo];
  const group = await ask<Made>('POST', '/chat/conversations', { token: ana, body: { participantIds, isGroup: true } });
  const at = `/chat/conversations/${group._id}`;
  const say = (body: object, who = ana) => ask<Made>('POST', `${at}/messages`, { token: who, body });
  const gone = await say({ text: 'Whoops' });
  await ask('DELETE', `/chat/messages/${gone._id}`, { token: ana });
  await say({ text: 'Who comes?' }, ben);
  await ask('POST', `${at}/participants`, { token: ana, body: { participantIds: [`dan-${run}`] } });
  await ask('DELETE', `${at}/participants/dan-${run}`, { token: ana });
  await say({ attachments: [{ mediaId: file._id }] });
  const message = await say({ text: 'See you at eight', localId: run });
  const device = { installationId: INSTALLATION, platform: 'android', provider: 'fcm', token: `token-of-${run}` };
  await ask('POST', '/devices', { token: ana, body: device });
  const made = { [EXAMPLES.conversation]: group._id, [EXAMPLES.message]: message._id, [EXAMPLES.media]: file._id };
  return { ...rest, token: ana, other: ben, stranger: token('eve'), bound: { ...people, ...made } };
}

interface SignedIn {
  accessToken: string;
  refreshToken: string;
  user: Made;
}

/** People with accounts of Parley's own, one of them logged in twice. */
async function accounts(run: string): Promise<World> {
  const { token, people: _host, ...rest } = begin(run);
  const username = `ana-${run}`;
  const register = (name: string) =>
    ask<SignedIn>('POST', '/auth/register', {
      body: { username: `${name}-${run}`, name: name, email: `${name}-${run}@example.org`, password: PASSWORD },
    });
  const [ana, ben] = [await register('ana'), await register('ben')];
  await ask('PATCH', '/users/me', { token: ben.accessToken, body: { picture: 'https://example.org/ben.png' } });
  const other = await ask<SignedIn>('POST', '/auth/login', { body: { username, password: PASSWORD } });
  const sessions = await ask<(Made & { current: boolean })[]>('GET', '/auth/sessions', { token: ana.accessToken });
  const bound = {
    ana: username,
    'ana.lima': `lima-${run}`,
    'ana@example.org': `lima-${run}@example.org`,
    [EXAMPLES.account]: ben.user._id,
    [SESSION]: sessions.find(({ current }) => !current)?._id ?? '',
    [REFRESH_TOKEN]: other.refreshToken,
  };
  return { ...rest, token: ana.accessToken, other: ben.accessToken, stranger: token('eve'), bound };
}

/** A new world for a route of this service. */
export function worldFor(service: string): Promise<World> {
  const run = randomUUID().slice(0, 8);
  return service === 'api-gateway' ? accounts(run) : hostApp(run);
}
