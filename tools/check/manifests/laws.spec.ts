import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { composed, type Deployed, MADE_SECRETS, orchestrated, readCompose } from './deployed.ts';
import { readBase } from './kubernetes.ts';
import { type App, brokenBy } from './laws.ts';
import { cluster, compose, healthPathOf, readApps } from './manifests.ts';

const root = join(import.meta.dirname, '../../..');
let apps: Record<string, App>;
let inCompose: Deployed[];
let inCluster: Deployed[];

beforeAll(async () => {
  const text = (file: string) => readFile(join(root, file), 'utf8');
  apps = await readApps(root, (file) => import(join(root, `${file}.ts`)));
  inCompose = composed(readCompose(await text('docker-compose.yml')), healthPathOf(await text('Dockerfile')));
  inCluster = orchestrated(await readBase(root), Object.keys(apps));
});

/** What the laws say when the app's deployment is changed, without saying where. */
function said(all: Deployed[], app: string, change: (one: Deployed) => Partial<Deployed>): string[] {
  const changed = all.map((one) => (one.app === app ? { ...one, ...change(one) } : one));
  return brokenBy(changed, apps).map((problem) => problem.replace(/^.*?: .*?: /, ''));
}

const setting = (name: string, value?: string) => (one: Deployed) => ({ env: { ...one.env, [name]: value } });
const without = (name: string) => (one: Deployed) => {
  const { [name]: _gone, ...env } = one.env;
  return { env };
};

describe('docker-compose.yml and k8s/base', () => {
  it('give every app what its own settings ask for', async () => {
    expect(await compose(root, apps)).toEqual([]);
    expect(await cluster(await readBase(root), apps)).toEqual([]);
  });

  it.each(['compose', 'Kubernetes'])('run all apps in %s', (where) => {
    const all = where === 'compose' ? inCompose : inCluster;
    expect(all.map(({ app }) => app).sort()).toEqual(Object.keys(apps));
  });

  it('give services the same names', () => {
    const names = (all: Deployed[]) => all.map(({ app, service, port }) => `${app} ${service}:${port}`).sort();
    expect(names(inCompose)).toEqual(names(inCluster));
  });
});

describe('a deployment', () => {
  it('gives no setting that the app does not have', () => {
    expect(said(inCompose, 'chat', setting('CHAT_URLS', 'http://chat-service:3005'))).toEqual([
      'CHAT_URLS is no setting of this app',
    ]);
  });

  it.each(['MONGODB_URI', 'JWT_SECRET'])('gives the required %s', (name) => {
    expect(said(inCluster, 'media', without(name)).join()).toContain(`Settings are wrong:\n  ${name}: `);
    expect(said(inCompose, 'media', without(name)).join()).toContain(`Settings are wrong:\n  ${name}: `);
  });

  it('gives values that the app takes', () => {
    expect(said(inCluster, 'notification', setting('PUSH_CONCURRENCY', 'many')).join()).toContain('PUSH_CONCURRENCY: ');
  });

  it.each(MADE_SECRETS)('does not write %s down', (name) => {
    expect(said(inCompose, 'chat', setting(name, 'x'.repeat(40)))).toEqual([`${name} is written down; it is a secret`]);
  });

  it('listens where it is asked', () => {
    expect(said(inCluster, 'chat', setting('PORT', '3000'))).toEqual([
      'it listens on 3000, is asked on 3005, and is known by 3005',
    ]);
    expect(said(inCompose, 'notification', () => ({ port: 3000 }))).toContain('readiness asks port 3006, not 3000');
  });

  it('is asked whether it lives and whether it is ready, at paths that it has', () => {
    const path = '/health';
    expect(said(inCluster, 'media', ({ probes }) => ({ probes: probes.map((probe) => ({ ...probe, path })) }))).toEqual(
      [
        'startup asks /health, not /health/live',
        'liveness asks /health, not /health/live',
        'readiness asks /health, not /health/ready',
      ],
    );
    expect(said(inCluster, 'media', () => ({ probes: [] }))).toEqual(['nobody asks whether it is ready']);
  });

  it('knows its neighbours by name and port', () => {
    expect(said(inCompose, 'api-gateway', setting('CHAT_URLS', 'http://chat-service:3000'))).toEqual([
      'CHAT_URLS names http://chat-service:3000, where nobody is',
    ]);
  });

  it('has longer to stop than its drain and the pause before it', () => {
    const grace = { wholeMs: 26_000, pauseMs: 5000 };
    expect(said(inCluster, 'api-gateway', () => ({ grace }))).toEqual([
      'it is killed after 26000 ms; its stop may take 27000 ms',
    ]);
  });
});
