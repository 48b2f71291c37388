import type { Browser } from 'playwright-core';
import { Events } from '../../libs/testing/src/documents/events-document.ts';
import { suite } from '../suite.ts';
import { overhang, startBrowser, visit } from './browser.ts';

const { gateway } = suite();
const { operations, channels } = new Events().document;

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
}, 60_000);
afterAll(() => browser.close(), 30_000);

describe('the page of sockets and events in a browser', () => {
  it.each([1280, 390])(
    'shows all of them, %i pixels wide, and asks nobody but the gateway',
    async (width) => {
      const { page, complaints, elsewhere } = await visit(browser, width);
      await page.goto(`${gateway}/docs/events`);
      const shown = page.locator('#operations h3 > .text-base');
      await shown.first().waitFor();
      expect(new Set(await shown.allInnerTexts())).toEqual(
        new Set(Object.values(channels).map(({ address }) => address)),
      );
      const names = await page.locator('#operations .panel-item--center > .bg-gray-100 span').allInnerTexts();
      expect(new Set(names)).toEqual(new Set(Object.keys(operations)));
      expect(await page.locator('#operations').innerText()).toContain('b7d1f6b0-0001');
      expect(await overhang(page)).toBe(0);
      expect([complaints, elsewhere]).toEqual([[], []]);
      await page.close();
    },
    60_000,
  );

  it('leads to REST and back', async () => {
    const { page } = await visit(browser);
    await page.goto(`${gateway}/docs/events`);
    await page.getByRole('link', { name: 'REST' }).first().click();
    const [opened] = await Promise.all([
      page.waitForEvent('popup'),
      page.locator('.info a[href$="/docs/events"]').click(),
    ]);
    await opened.locator('#operations h3').first().waitFor();
    await opened.close();
    await page.close();
  }, 60_000);
});
