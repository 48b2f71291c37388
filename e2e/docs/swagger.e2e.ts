import type { Browser } from 'playwright-core';
import { DEMO_PEOPLE, seed } from '../../tools/up/seed.ts';
import { suite } from '../suite.ts';
import { overhang, startBrowser, visit, type Visit } from './browser.ts';
import { SwaggerPage } from './swagger.page.ts';

const { gateway } = suite();
const SERVICES = ['chat', 'media', 'notification', 'api-gateway'];
const [ANA] = DEMO_PEOPLE;

let browser: Browser;
let here: Visit;
let swagger: SwaggerPage;

beforeAll(async () => {
  await seed(gateway);
  browser = await startBrowser();
  here = await visit(browser);
  swagger = new SwaggerPage(here.page);
}, 60_000);

afterAll(() => browser.close(), 30_000);

describe('the docs in a browser', () => {
  it('list the four services, show each one’s document, and lead to the events', async () => {
    const { page, complaints, elsewhere } = here;
    await page.goto(`${gateway}/docs`);
    const choice = page.locator('.topbar select');
    await choice.waitFor();
    expect(await choice.locator('option').allInnerTexts()).toEqual(SERVICES);
    const titles = new Set<string>();
    for (const name of SERVICES) {
      await swagger.choose(name);
      titles.add(await page.locator('.info .title').innerText());
      expect(await page.locator('.opblock').count()).toBeGreaterThan(2);
    }
    expect(titles.size).toBe(4);
    expect(complaints).toEqual([]);
    expect(elsewhere).toEqual([]);
  }, 60_000);

  it('fit a phone', async () => {
    const { page } = await visit(browser, 390);
    await page.goto(`${gateway}/docs`);
    await page.locator('.opblock').first().waitFor();
    expect(await overhang(page)).toBe(0);
    await page.close();
  });

  it('let a new reader log in, open a conversation, send, and read the history', async () => {
    const { page, complaints } = here;
    await page.goto(`${gateway}/docs?urls.primaryName=api-gateway`);
    // As it is prefilled: with a demo login.
    const login = await swagger.tryOut('post', '/api/v1/auth/login');
    expect(login).toMatchObject({ status: '200', data: { user: { username: ANA.username } } });
    await swagger.authorize(String(login.data.accessToken));
    const found = await swagger.tryOut('get', '/api/v1/users', { params: { search: 'ben' } });
    const ben = found.data.find(({ username }) => username === 'ben');
    await swagger.choose('chat');
    const group = { participantIds: [ben?._id], isGroup: true, name: 'Tried out' };
    const room = await swagger.tryOut('post', '/conversations', { body: group });
    expect(room).toMatchObject({ status: '201', data: { name: 'Tried out', participantCount: 2 } });
    const params = { id: String(room.data._id) };
    const said = { params, body: { text: 'Said from the page' } };
    const sent = await swagger.tryOut('post', '/conversations/{id}/messages', said);
    expect(sent).toMatchObject({ status: '201', data: { seq: 1, conversationId: room.data._id } });
    const read = await swagger.tryOut('get', '/conversations/{id}/messages', { params });
    expect(read).toMatchObject({ status: '200', data: [{ _id: sent.data._id, text: said.body.text }] });
    expect(complaints).toEqual([]);
  }, 90_000);

  it('remember who is authorized, for every service, after a reload too', async () => {
    const { page } = here;
    await page.reload();
    const routes = [
      ['api-gateway', '/api/v1/users/me'],
      ['chat', '/conversations'],
      ['notification', '/devices'],
      ['chat', '/'],
    ] as const;
    for (const [name, path] of routes) {
      await swagger.choose(name);
      const operation = page.locator('.opblock-get', { has: page.locator(`[data-path="${path}"]`) });
      await operation.locator('.opblock-summary').click();
      await operation.getByRole('button', { name: 'Try it out' }).click();
      await operation.getByRole('button', { name: 'Execute' }).click();
      const status = operation.locator('.live-responses-table .response .response-col_status');
      expect((await status.innerText()).trim()).toBe('200');
    }
  }, 60_000);
});
