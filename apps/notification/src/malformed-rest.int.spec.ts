import { readFileSync } from 'node:fs';
import { notRefused, understood } from '@app/testing/malformed/refusals.js';
import { type Document, routesOf } from '@app/testing/malformed/routes.js';
import { notificationWorld, type World } from './world.suite.js';

const document = JSON.parse(readFileSync('openapi/notification.json', 'utf8')) as Document;
const device = {
  installationId: 'phone',
  platform: 'android',
  provider: 'fcm',
  token: 'a-token-of-some-length',
  locale: 'de-AT',
  timezone: 'Europe/Vienna',
};
const routes = routesOf(document, device);

let world: World;
let url: string;

beforeAll(async () => {
  world = await notificationWorld();
  url = await (await world.boot()).getUrl();
});
afterAll(() => world.end());

it.each(routes.map((route) => [route.name, route] as const))(
  '%s refuses everything malformed with a documented envelope that says nothing of it, and then understands a good request',
  async (_name, route) => {
    await world.ask('ana', '/devices', { json: device });
    expect(route.malformed.length).toBeGreaterThan(9);
    expect(await notRefused(url, route)).toEqual([]);
    expect(await understood(url, route)).toBe(200);
  },
  30_000,
);
