import { ERRORS } from '../../libs/contracts/src/errors.ts';
import { appsOf, built } from './apps.ts';
import { type Document, formatted } from './document.ts';
import { renderErrors } from './errors.page.ts';
import { renderConfiguration, renderDotEnv, sectionsOf, type Settings } from './settings.page.ts';

async function settingsOf(root: string): Promise<Record<string, Settings>> {
  const tables: Record<string, Settings> = {};
  for (const app of appsOf(root)) {
    tables[app] = (await built<{ settings: Settings }>(root, app, `apps/${app}/src/env`)).settings;
  }
  return tables;
}

/** Every generated document, as it should be. */
export async function documentsOf(root: string): Promise<Document[]> {
  const settings = await settingsOf(root);
  const sections = sectionsOf(settings);
  const pages = [
    { path: 'docs/errors.md', text: renderErrors(ERRORS) },
    { path: 'docs/configuration.md', text: renderConfiguration(sections) },
  ];
  return [
    ...(await Promise.all(pages.map((page) => formatted(page, root)))),
    { path: '.env.example', text: renderDotEnv(sections) },
  ];
}
