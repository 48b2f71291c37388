import type { Locator, Page } from 'playwright-core';

/** What Swagger UI shows of an answer. */
export interface Shown {
  status: string;
  data: Record<string, unknown> & Record<string, unknown>[];
}

/** What a reader fills in before executing; the rest stays as it is prefilled. */
interface Filled {
  params?: Record<string, string>;
  body?: object;
}

/** Swagger UI as a reader uses it. */
export class SwaggerPage {
  private readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async choose(service: string): Promise<void> {
    await this.page.locator('.topbar select').selectOption({ label: service });
    await this.page.locator('.info a', { hasText: `/docs/${service}/openapi.json` }).waitFor();
  }

  /** Pastes a token into the dialog of "Authorize". */
  async authorize(token: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Authorize' }).first().click();
    const dialog = this.page.locator('.auth-container');
    await dialog.locator('input').fill(token);
    await dialog.getByRole('button', { name: 'Apply credentials' }).click();
    await dialog.getByRole('button', { name: 'Close' }).click();
  }

  /** Opens an operation, tries it out, and reads what comes back. */
  async tryOut(method: string, path: string, { params = {}, body }: Filled = {}): Promise<Shown> {
    const operation = this.page.locator(`.opblock-${method}`, { has: this.page.locator(`[data-path="${path}"]`) });
    await operation.locator('.opblock-summary').click();
    await operation.getByRole('button', { name: 'Try it out' }).click();
    for (const [name, value] of Object.entries(params))
      await operation.locator(`tr[data-param-name="${name}"] input`).fill(value);
    if (body) await operation.locator('textarea.body-param__text').fill(JSON.stringify(body, null, 2));
    await operation.getByRole('button', { name: 'Execute' }).click();
    return shown(operation);
  }
}

async function shown(operation: Locator): Promise<Shown> {
  const answer = operation.locator('.live-responses-table .response');
  const status = (await answer.locator('.response-col_status').innerText()).trim();
  const text = await answer.locator('.response-col_description .highlight-code code').first().innerText();
  return { status, data: (JSON.parse(text) as { data: Shown['data'] }).data };
}
