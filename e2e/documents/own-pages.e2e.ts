import type { Browser } from 'playwright-core';
import { startBrowser, visit } from '../docs/browser.ts';
import { suite } from '../suite.ts';
import { operationsOf, read } from './document.ts';

const { gateway, chat, media, notification } = suite();
const OWN = [
  ['api-gateway', gateway],
  ['chat', chat[0]],
  ['media', media],
  ['notification', notification],
] as const;

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
}, 60_000);
afterAll(() => browser.close(), 30_000);

describe('the page of a service, at its own port', () => {
  it.each(OWN)('of %s shows each of its routes, under a policy that lets nothing else in', async (service, url) => {
    const { page, complaints } = await visit(browser);
    const answer = await page.goto(`${url}/api`);
    const policy = answer?.headers()['content-security-policy']?.split(';') ?? [];
    expect(policy).toEqual(expect.arrayContaining(["default-src 'self'", "script-src 'self'", "object-src 'none'"]));
    await page.locator('.opblock').first().waitFor();
    expect(await page.locator('.opblock').count()).toBe(operationsOf(service).length);
    const live = page.locator('.opblock', { has: page.locator('[data-path="/health/live"]') });
    await live.locator('.opblock-summary').click();
    await live.getByRole('button', { name: 'Try it out' }).click();
    await live.getByRole('button', { name: 'Execute' }).click();
    expect((await live.locator('.live-responses-table .response-col_status').last().innerText()).trim()).toBe('200');
    expect(complaints).toEqual([]);
    expect(await (await fetch(`${url}/api-json`)).json()).toEqual(read(service));
    await page.close();
  });
});
