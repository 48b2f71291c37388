import { ERRORS } from '../../libs/contracts/src/errors.ts';
import { appsOf, built } from './apps.ts';
import { asyncApiOf } from './asyncapi/asyncapi.ts';
import { renderDashboard } from './dashboard/dashboard.ts';
import { type Document, formatted } from './document.ts';
import { renderErrors } from './errors.page.ts';
import { metricSectionsOf, renderMetrics } from './metrics.page.ts';
import { openApiOf } from './openapi.ts';
import { renderConfiguration, renderDotEnv, sectionsOf, type Settings } from './settings.page.ts';
import { wirePagesOf } from './wire/wire.ts';

/** Every generated document, as it should be. */
export async function documentsOf(root: string): Promise<Document[]> {
  const settings: Record<string, Settings> = {};
  const openApi: Document[] = [];
  for (const app of appsOf(root)) {
    const { settings: own } = await built<{ settings: Settings }>(root, `apps/${app}/src/env`);
    settings[app] = own;
    openApi.push(await openApiOf(root, app, own));
  }
  const sections = sectionsOf(settings);
  const chat = openApi.find(({ path }) => path === 'openapi/chat.json')?.text ?? '';
  const all = Object.assign({}, ...Object.values(settings)) as Settings;
  const pages = [
    { path: 'docs/errors.md', text: renderErrors(ERRORS) },
    { path: 'docs/configuration.md', text: renderConfiguration(sections) },
    { path: 'docs/metrics.md', text: renderMetrics(await metricSectionsOf(root)) },
    { path: 'k8s/components/monitoring/dashboard.json', text: renderDashboard() },
    ...(await wirePagesOf(root, { settings: all, openApi: chat })),
  ];
  const files = [{ path: '.env.example', text: renderDotEnv(sections) }, ...openApi, await asyncApiOf(root, all)];
  return [...(await Promise.all(pages.map((page) => formatted(page, root)))), ...files];
}
