import { readFileSync } from 'node:fs';
import { notRefused, understood } from '@app/testing/malformed/refusals.js';
import { type Document, routesOf } from '@app/testing/malformed/routes.js';
import { mediaWorld, png, type World } from './world.suite.js';

const document = JSON.parse(readFileSync('openapi/media.json', 'utf8')) as Document;

let world: World;
let id: string;

beforeAll(async () => {
  world = await mediaWorld();
  id = await world.person('ana').uploads(png());
});
afterAll(() => world.close());

it.each(routesOf(document, {}).map(({ name }) => name))(
  '%s refuses everything malformed with a documented envelope that says nothing of it, and then understands a good request',
  async (name) => {
    const route = routesOf(document, { id, mediaIds: [id] }).find((one) => one.name === name);
    if (!route) throw new Error('the route is gone');
    expect(route.malformed.length).toBeGreaterThan(9);
    expect(await notRefused(world.url, route)).toEqual([]);
    // A form with a file in it is no JSON; its own tests send it.
    if (name !== 'POST /media') expect(await understood(world.url, route)).toBe(200);
  },
  30_000,
);
