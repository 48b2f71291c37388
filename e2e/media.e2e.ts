import { randomBytes, randomUUID } from 'node:crypto';
import type { Attachment, Message } from '@app/contracts/shapes.js';
import { tokenOf } from '@app/testing/tokens.js';
import { suite } from './suite.js';

const { gateway, jwtSecret } = suite();

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';
const MAX = 10 * 1024 * 1024;

interface Answer<T> {
  success: boolean;
  code?: string;
  data: T;
}

/** A person of the host app, who never signed up here. */
function person(name: string) {
  const id = `${name}-${randomUUID()}`;
  const authorization = `Bearer ${tokenOf(id, {}, jwtSecret)}`;
  const get = (url: string, headers = {}) => fetch(url, { headers: { authorization, ...headers } });
  const post = async <T>(path: string, given: object) => {
    const form = given instanceof FormData;
    const headers = { authorization, ...(!form && { 'content-type': 'application/json' }) };
    const body = form ? given : JSON.stringify(given);
    const answer = await fetch(`${gateway}/api/v1${path}`, { method: 'POST', headers, body });
    return { status: answer.status, ...((await answer.json()) as Answer<T>) };
  };
  return { id, get, post };
}

/** A form with a picture of so many bytes. */
function picture(size: number, name = 'sea.png') {
  const pixel = Buffer.from(PIXEL, 'base64');
  const bytes = Buffer.concat([pixel, randomBytes(size - pixel.length)]);
  const form = new FormData();
  form.set('file', new Blob([bytes]), name);
  return { bytes, form };
}

const [ana, ben, dora] = [person('ana'), person('ben'), person('dora')];
let conversationId: string;

beforeAll(async () => {
  const opened = await ana.post<{ _id: string }>('/chat/conversations', { participantIds: [ben.id] });
  conversationId = opened.data._id;
});

const send = (who: typeof ana, mediaId: string) =>
  who.post<Message>(`/chat/conversations/${conversationId}/messages`, { attachments: [{ mediaId }] });

describe('a file of a message', () => {
  it('is seen by those who talk, at the address in the message, and by nobody else', async () => {
    const { bytes, form } = picture(100_000);
    const uploaded = await ana.post<{ _id: string }>('/media', form);
    expect(uploaded.status).toBe(201);
    const mediaId = uploaded.data._id;
    expect((await ben.get(`${gateway}/api/v1/media/${mediaId}`)).status).toBe(404);

    const sent = await send(ana, mediaId);
    const [attachment] = sent.data.attachments;
    const described = { mediaId, name: 'sea.png', contentType: 'image/png', size: 100_000 };
    expect(attachment).toMatchObject(described satisfies Partial<Attachment>);
    const url = attachment?.url ?? '';

    const seen = await ben.get(url);
    expect(seen.headers.get('content-disposition')).toBe('attachment; filename=sea.png');
    expect(Buffer.compare(await seen.bytes(), bytes)).toBe(0);
    const part = await ben.get(url, { range: 'bytes=99990-' });
    expect([part.status, (await part.bytes()).length]).toEqual([206, 10]);
    expect((await dora.get(url)).status).toBe(404);
    expect((await fetch(url)).status).toBe(401);
  });

  it('is the sender’s own, or one that the sender may see', async () => {
    const { data } = await dora.post<{ _id: string }>('/media', picture(1000).form);
    expect(await send(ana, data._id)).toMatchObject({ status: 404, success: false, code: 'NOT_FOUND' });
    expect(await send(ana, '6920a1b2c3d4e5f607182930')).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  });
});

describe('an upload through the gateway', () => {
  it('may have 10 MB', async () => {
    const { bytes, form } = picture(MAX);
    const { data } = await ana.post<{ _id: string }>('/media', form);
    const back = await (await ana.get(`${gateway}/api/v1/media/${data._id}`)).bytes();
    expect(Buffer.compare(back, bytes)).toBe(0);
  });

  it.each([MAX + 1, 3 * MAX])('is told that %i bytes are too many', async (size) => {
    expect(await ana.post('/media', picture(size).form)).toMatchObject({ status: 413, code: 'TOO_LARGE' });
  });

  it('is told that a page is no picture', async () => {
    const form = new FormData();
    form.set('media', new Blob(['<!doctype html><script>alert(1)</script>'], { type: 'image/png' }), 'sea.png');
    expect(await ana.post('/media', form)).toMatchObject({ status: 415, code: 'UNSUPPORTED_TYPE' });
  });
});
