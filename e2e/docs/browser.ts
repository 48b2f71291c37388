import chromium from '@sparticuz/chromium';
import { type Browser, chromium as launcher, type Page } from 'playwright-core';
import { suite } from '../suite.ts';

/** A page in a real browser, and what is known of it. */
export interface Visit {
  page: Page;
  /** Whatever the page complained of: a blocked script, a file that is missing. */
  complaints: string[];
  /** Requests that went to anybody but the gateway. */
  elsewhere: string[];
}

/** Starts a browser; close it in the end. */
export async function startBrowser(): Promise<Browser> {
  const executablePath = await chromium.executablePath();
  // Not chromium.args: they switch web security off, and one process that hangs when it is closed.
  return launcher.launch({ executablePath, args: ['--no-sandbox'], headless: true });
}

/** A new page of its own, as wide as a laptop's unless told otherwise. */
export async function visit(browser: Browser, width = 1280): Promise<Visit> {
  const page = await browser.newPage({ viewport: { width, height: 900 } });
  const complaints: string[] = [];
  const elsewhere: string[] = [];
  page.on('console', (line) => line.type() === 'error' && complaints.push(line.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (origin !== suite().gateway && protocol !== 'data:') elsewhere.push(request.url());
  });
  return { page, complaints, elsewhere };
}

/** How far the page reaches beyond the window, to the right. */
export const overhang = (page: Page): Promise<number> =>
  page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
