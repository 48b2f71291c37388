import { type ErrorMeaning, ERRORS } from '@app/contracts/errors.js';
import type { ErrorEnvelope } from '@app/contracts/shapes.js';
import { tokenOf } from '../tokens.js';
import { type Malformed, MARK, type Route } from './routes.js';

const AT_ONCE = 10;

/** An answer, as far as it is looked at. */
interface Answered {
  status: number;
  text: string;
}

/** Sends ana's request. */
async function ask(url: string, { method, path, headers, body }: Omit<Malformed, 'what'>): Promise<Answered> {
  const answer = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${tokenOf('ana')}`, ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : Uint8Array.from(body) }),
  });
  return { status: answer.status, text: (await answer.text()).slice(0, 1000) };
}

/** Sends all that a route must refuse; gives what is not refused with an envelope that its document knows and that says nothing of it. */
export async function notRefused(url: string, { malformed, statuses }: Route): Promise<object[]> {
  const wrong: object[] = [];
  for (let at = 0; at < malformed.length; at += AT_ONCE) {
    const asked = malformed.slice(at, at + AT_ONCE).map(async (request) => {
      const { status, text } = await ask(url, request);
      if (!isRefusal(text, status) || !statuses.includes(status)) wrong.push({ what: request.what, status, text });
    });
    await Promise.all(asked);
  }
  return wrong;
}

/** The status of the route's good request. */
export async function understood(url: string, { good: { method, path, body } }: Pick<Route, 'good'>): Promise<number> {
  const send = body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  return (await ask(url, { method, path, ...send })).status;
}

/** The optional fields of a route with which null is not answered like a field that is left out. */
export async function nullsNotLeftOut(url: string, { nulls, good }: Route): Promise<object[]> {
  const wrong: object[] = [];
  for (const { field, without, withNull } of nulls) {
    const [left, given] = [
      await understood(url, { good: { ...good, body: without } }),
      await understood(url, { good: { ...good, body: withNull } }),
    ];
    // A conversation that the first of them made is only found by the second.
    if (left < 300 !== given < 300) wrong.push({ field, left, given });
  }
  return wrong;
}

/** The error envelope, with a code of this status, and nothing of the input or of a stack. */
function isRefusal(text: string, status: number): boolean {
  if (status < 400 || status > 499 || text.includes(MARK) || /\bat .*:\d+|node_modules|\.[jt]s\b/.test(text))
    return false;
  const { success, code, message, ...more } = JSON.parse(text) as ErrorEnvelope;
  const isKnown = success === false && (ERRORS as Record<string, ErrorMeaning>)[code]?.http === status;
  return isKnown && message.length > 0 && Object.keys(more).every((name) => name === 'retryAfterMs');
}
