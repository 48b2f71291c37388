import { join, resolve } from 'node:path';
import { metricsOf, queryProblems } from '../../tools/check/monitoring/monitoring.ts';
import type { Metric } from '../../tools/check/monitoring/usage.ts';
import { freePort } from '../../tools/engines/port.ts';
import { startApp, type StartedApp } from '../setup/start-app.js';
import { suite } from '../suite.js';

const APPS = ['api-gateway', 'chat', 'media', 'notification'];
const TYPE = /^# TYPE (\w+) (\w+)$/gm;
const SAMPLE = /^(\w+)(?:\{(.*)\})? \S+$/gm;

const root = resolve(import.meta.dirname, '../..');
const { chat, media, notification, logs } = suite();
const addresses = { CHAT_URLS: chat.join(), MEDIA_URLS: media, NOTIFICATION_URLS: notification };

let started: StartedApp[];
let declared: Metric[];
/** What the four of them tell Prometheus. */
let text: string;

beforeAll(async () => {
  declared = await metricsOf(root, (file) => import(join(root, `${file}.ts`)));
  const ports = await Promise.all(APPS.map(() => freePort()));
  started = await Promise.all(
    APPS.map((app, at) => {
      const own = {
        METRICS_PORT: String(ports[at]),
        MEDIA_DIR: join(logs, 'media-of-metrics'),
        MEDIA_SERVICE_URL: media,
      };
      return startApp(app, `${app}-metrics`, { ...addresses, ...own });
    }),
  );
  const told = ports.map(async (port) => (await fetch(`http://127.0.0.1:${port}/metrics`)).text());
  text = (await Promise.all(told)).join('\n');
});
afterAll(() => Promise.all(started.map((app) => app.kill())));

const exported = () => new Map([...text.matchAll(TYPE)].map(([, name = '', type = '']) => [name, type]));

describe('what the apps tell Prometheus', () => {
  it('is what their tables declare', () => {
    const types = exported();
    expect(Object.fromEntries(declared.map(({ name }) => [name, types.get(name)]))).toEqual(
      Object.fromEntries(declared.map(({ name, type }) => [name, type])),
    );
    const labels = new Map(declared.map(({ name, labels }) => [name, [...labels].sort().join()]));
    for (const [, series = '', pairs = ''] of text.matchAll(SAMPLE)) {
      const name = labels.has(series) ? series : series.replace(/_(bucket|sum|count)$/, '');
      const own = [...pairs.matchAll(/(\w+)="/g)].map(([, label = '']) => label).filter((label) => label !== 'le');
      expect([series, own.sort().join()]).toEqual([series, labels.get(name)]);
    }
  });

  it('is all that the dashboard and the alert rules ask for', async () => {
    const there = declared.filter(({ name }) => exported().has(name));
    expect(await queryProblems(root, there)).toEqual([]);
  });
});
