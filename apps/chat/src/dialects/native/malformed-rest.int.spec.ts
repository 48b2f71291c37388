import { readFileSync } from 'node:fs';
import { type ErrorMeaning, ERRORS } from '@app/contracts/errors.js';
import type { ErrorEnvelope } from '@app/contracts/shapes.js';
import { type Document, type Malformed, MARK, type Route, routesOf } from '@app/testing/malformed.js';
import { tokenOf } from '@app/testing/tokens.js';
import { chatWorld, type ChatWorld, type Chatter } from '../../chat.world.suite.js';

const document = JSON.parse(readFileSync('openapi/chat.json', 'utf8')) as Document;

/** Good values of fields and parameters; `id` is filled in when there is one. */
const good: Record<string, unknown> = {
  id: 'id',
  userId: 'nobody',
  text: 'hello',
  localId: 'l-1',
  attachments: [],
  messageIds: [],
  participantIds: ['ben'],
  isGroup: true,
  name: 'Malformed',
  propertyId: 'flat-7',
};

let world: ChatWorld;
let ana: Chatter;
let url: string;

beforeAll(async () => {
  world = await chatWorld(1);
  ana = await world.connect('ana');
  url = world.urls[0] as string;
});
afterAll(() => world.close());

/** A conversation of ana's own for the routes of conversations, a message of hers for those of messages. */
async function goodFor(name: string): Promise<Record<string, unknown>> {
  const room = await ana.opens(['ben', 'nobody'], { isGroup: true });
  const message = await ana.sends(room._id, 'here');
  return { ...good, id: name.includes('/messages/{id}') ? message._id : room._id, messageIds: [message._id] };
}

async function ask({ method, path, headers, body }: Omit<Malformed, 'what'>) {
  const answer = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${tokenOf('ana')}`, ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : Uint8Array.from(body) }),
  });
  return { status: answer.status, text: (await answer.text()).slice(0, 1000) };
}

/** The error envelope, with a code of this status, and nothing of the input or of a stack. */
function isRefusal(text: string, status: number): boolean {
  if (status < 400 || status > 499 || text.includes(MARK) || /\bat .*:\d+|node_modules|\.[jt]s\b/.test(text))
    return false;
  const { success, code, message, ...more } = JSON.parse(text) as ErrorEnvelope;
  const isKnown =
    success === false && (ERRORS as Record<string, ErrorMeaning>)[code]?.http === status && message.length > 0;
  return isKnown && Object.keys(more).every((name) => name === 'retryAfterMs');
}

describe.each(routesOf(document, good).map(({ name }) => name))('%s', (name) => {
  it('refuses everything malformed with a documented envelope that says nothing of it, and then understands a good request', async () => {
    const route = routesOf(document, await goodFor(name)).find((one) => one.name === name) as Route;
    expect(route.malformed.length).toBeGreaterThan(9);
    const wrong: object[] = [];
    for (const request of route.malformed) {
      const { status, text } = await ask(request);
      if (!isRefusal(text, status) || !route.statuses.includes(status))
        wrong.push({ what: request.what, status, text });
    }
    expect(wrong).toEqual([]);
    const { method, path, body } = route.good;
    const understood = await ask({
      method,
      path,
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    expect([200, 201]).toContain(understood.status);
  }, 30_000);
});

it('has left the node and every prototype as they were', async () => {
  expect(({} as { admin?: string }).admin).toBeUndefined();
  expect((await fetch(`${url}/health`)).status).toBe(200);
});
