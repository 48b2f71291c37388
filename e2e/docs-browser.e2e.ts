import { randomUUID } from 'node:crypto';
import chromium from '@sparticuz/chromium';
import { type Browser, chromium as launcher, type Page } from 'playwright-core';
import { suite } from './suite.ts';

const { gateway } = suite();
const SERVICES = ['chat', 'media', 'notification', 'api-gateway'];

let browser: Browser;
let page: Page;
/** Whatever the page complained of: a blocked script, a file that is missing. */
const complaints: string[] = [];

beforeAll(async () => {
  const executablePath = await chromium.executablePath();
  // Not chromium.args: they switch web security off, and one process that hangs when it is closed.
  browser = await launcher.launch({ executablePath, args: ['--no-sandbox'], headless: true });
  page = await browser.newPage();
  page.on('console', (line) => line.type() === 'error' && complaints.push(line.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
}, 60_000);

afterAll(() => browser.close(), 30_000);

async function signUp(): Promise<string> {
  const answer = await fetch(`${gateway}/api/v1/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      username: `reader-${randomUUID().slice(0, 8)}`,
      password: 'correct-horse-42',
      name: 'Rita',
    }),
  });
  return ((await answer.json()) as { data: { accessToken: string } }).data.accessToken;
}

/** Opens an operation, tries it out as a reader would, and answers the status that is shown. */
async function tryOut(method: string, path: string): Promise<string> {
  const operation = page.locator(`.opblock-${method}`, { has: page.locator(`[data-path="${path}"]`) });
  await operation.locator('.opblock-summary').click();
  await operation.getByRole('button', { name: 'Try it out' }).click();
  await operation.getByRole('button', { name: 'Execute' }).click();
  const status = operation.locator('.live-responses-table .response .response-col_status');
  return (await status.innerText()).trim();
}

describe('the docs in a browser', () => {
  it('list the four services, and show each one’s document', async () => {
    await page.goto(`${gateway}/docs`);
    const choice = page.locator('.topbar select');
    await choice.waitFor();
    expect(await choice.locator('option').allInnerTexts()).toEqual(SERVICES);
    const titles = new Set<string>();
    for (const name of SERVICES) {
      await choice.selectOption({ label: name });
      await page.locator('.info a', { hasText: `/docs/${name}/openapi.json` }).waitFor();
      titles.add(await page.locator('.info .title').innerText());
      expect(await page.locator('.opblock').count()).toBeGreaterThan(2);
    }
    expect(titles.size).toBe(4);
    expect(complaints).toEqual([]);
  }, 60_000);

  it('let a reader authorize once and try every service through the gateway', async () => {
    await page.goto(`${gateway}/docs?urls.primaryName=api-gateway`);
    await page.getByRole('button', { name: 'Authorize' }).click();
    const dialog = page.locator('.auth-container');
    await dialog.locator('input').fill(await signUp());
    await dialog.getByRole('button', { name: 'Apply credentials' }).click();
    await dialog.getByRole('button', { name: 'Close' }).click();
    expect(await tryOut('get', '/api/v1/users/me')).toBe('200');
    const routes = [
      ['chat', '/conversations'],
      ['notification', '/devices'],
      ['api-gateway', '/api/v1/users'],
      ['chat', '/health/live'],
    ] as const;
    for (const [name, path] of routes) {
      await page.locator('.topbar select').selectOption({ label: name });
      await page.locator('.info a', { hasText: `/docs/${name}/openapi.json` }).waitFor();
      expect(await tryOut('get', path)).toBe('200');
    }
  }, 60_000);
});
