import { readFileSync } from 'node:fs';
import { notRefused, nullsNotLeftOut, understood } from '@app/testing/malformed/refusals.js';
import { type Document, type Route, routesOf } from '@app/testing/malformed/routes.js';
import { chatWorld, type ChatWorld, type Chatter } from '../../chat.world.suite.js';

const document = JSON.parse(readFileSync('openapi/chat.json', 'utf8')) as Document;

/** Good values of fields and parameters; ids are filled in when there are some. */
const good: Record<string, unknown> = {
  userId: 'nobody',
  text: 'hello',
  localId: 'l-1',
  attachments: [],
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

/** The route, on a conversation of ana's own, or on a message of hers. */
async function routeOf(name: string): Promise<Route> {
  const room = await ana.opens(['ben', 'nobody'], { isGroup: true });
  const { _id } = await ana.sends(room._id, 'here');
  const own = { id: name.includes('/messages/{id}') ? _id : room._id, messageIds: [_id] };
  return routesOf(document, { ...good, ...own }).find((route) => route.name === name) as Route;
}

describe.each(routesOf(document, good).map(({ name }) => name))('%s', (name) => {
  it('refuses everything malformed with a documented envelope that says nothing of it, and then understands a good request', async () => {
    const route = await routeOf(name);
    expect(route.malformed.length).toBeGreaterThan(9);
    expect(await notRefused(url, route)).toEqual([]);
    expect(await nullsNotLeftOut(url, route)).toEqual([]);
    expect([200, 201]).toContain(await understood(url, route));
  }, 30_000);
});

it('has left the node and every prototype as they were', async () => {
  expect(({} as { admin?: string }).admin).toBeUndefined();
  expect((await fetch(`${url}/health`)).status).toBe(200);
});
