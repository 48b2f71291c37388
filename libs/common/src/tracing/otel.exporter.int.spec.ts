import { Logger } from '@nestjs/common';
import { FakeCollector } from '@app/testing/tracing/fake-collector.js';
import { readEnv } from '../env/env.js';
import { sharedSettings } from '../env/shared.settings.js';
import { startTracing } from './start.js';
import { rootSpan, tracing } from './tracing.js';

const work = { name: 'work', kind: 'client', attributes: { 'parley.test': 1 } } as const;

let collector: FakeCollector;
let stop: () => Promise<void>;

beforeEach(async () => (collector = await FakeCollector.start()));
afterEach(async () => {
  await stop();
  await collector.stop();
  jest.restoreAllMocks();
  Logger.overrideLogger(false);
});

async function start(more: Record<string, string> = {}): Promise<void> {
  const env = readEnv(sharedSettings, {
    MONGODB_URI: 'mongodb://localhost/parley',
    JWT_SECRET: 'a-secret-of-32-or-more-characters',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_BSP_SCHEDULE_DELAY: '1',
    ...more,
  });
  stop = await startTracing('chat', { ...env, PORT: 1 });
}

/** Ends so many spans in one go. */
const spans = (count: number) => Array.from({ length: count }, () => rootSpan(work)).forEach((span) => span?.end());

/** What is logged from now on. */
function lines() {
  const said: [about: unknown, line: string][] = [];
  const hear = (about: unknown, line: string) => void said.push([about, line]);
  jest.spyOn(Logger.prototype, 'warn').mockImplementation(hear);
  jest.spyOn(Logger.prototype, 'log').mockImplementation(hear);
  return said;
}

async function until(is: () => boolean): Promise<void> {
  while (!is()) await new Promise((resolve) => setImmediate(resolve));
}
describe('a collector', () => {
  it('is sent spans, with whose they are and the headers it wants', async () => {
    await start({
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20key',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
    });
    spans(1);
    expect(await collector.next()).toMatchObject({
      name: 'work',
      kind: 'client',
      attributes: { 'parley.test': 1 },
      resource: { 'service.name': 'chat', 'deployment.environment.name': 'test' },
    });
    expect(collector.requests[0]?.authorization).toBe('Bearer key');
  });

  it('knows the service by the name that it is given', async () => {
    await start({ OTEL_SERVICE_NAME: 'our-chat', OTEL_RESOURCE_ATTRIBUTES: 'service.name=other' });
    spans(1);
    expect((await collector.next()).resource).toMatchObject({ 'service.name': 'our-chat' });
  });

  it('gets the last spans at a stop', async () => {
    await start({ OTEL_BSP_SCHEDULE_DELAY: '60000' });
    spans(3);
    await stop();
    expect(collector.spans).toHaveLength(3);
    expect(tracing()).toBeUndefined();
  });

  it('that refuses is told of once, and again when it is over', async () => {
    const said = lines();
    collector.answers(400);
    await start();
    spans(1);
    await until(() => said.length > 0);
    spans(1);
    await until(() => collector.requests.length === 2);
    for (const status of [200, 400, 200]) {
      // It may be well now and then.
      const before = collector.requests.length;
      collector.answers(status);
      spans(1);
      await until(() => collector.requests.length > before);
    }
    await collector.next();
    await collector.next();
    const { now } = Date;
    jest.spyOn(Date, 'now').mockImplementation(() => now() + 11_000);
    spans(1);
    const over = 'traces are taken again';
    await until(() => said.some(([, line]) => line === over));
    expect(said).toEqual([
      [expect.objectContaining({ collector: collector.url, spans: 1 }), expect.stringContaining('traces are lost')],
      [{ collector: collector.url }, over],
    ]);
  });

  it('that does not keep up is told of once, however often it is', async () => {
    const said = lines();
    await start();
    for (let round = 1; round <= 3; round++) {
      const before = collector.spans.length;
      spans(5000);
      await until(() => collector.spans.length >= before + 2048);
      spans(1);
    }
    await stop();
    expect(collector.spans.length).toBeLessThan(10_000);
    expect(said).toEqual([[{ reason: expect.stringContaining('Dropped') }, 'traces are incomplete']]);
  });

  it('that hangs holds neither spans nor a stop up', async () => {
    lines();
    collector.hang();
    await start();
    const before = performance.now();
    for (let round = 0; round < 20; round++) spans(500);
    const busy = performance.now() - before;
    await stop();
    // Ten thousand spans, of which a few thousand are kept at most.
    expect(busy).toBeLessThan(2000);
    expect(performance.now() - before - busy).toBeLessThan(3000);
    expect(collector.requests.length).toBeLessThan(10);
  });
});

describe('without a collector', () => {
  it('nothing is traced', async () => {
    await start({ OTEL_EXPORTER_OTLP_ENDPOINT: '' });
    expect(tracing()).toBeUndefined();
    spans(1);
    await stop();
    expect(collector.requests).toEqual([]);
  });
});
