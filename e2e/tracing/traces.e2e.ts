import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Conversation, Message } from '@app/contracts/shapes.js';
import { FakeFcm } from '@app/testing/fake-fcm.js';
import { TestSocket } from '@app/testing/test-socket.js';
import { tokenOf } from '@app/testing/tokens.js';
import { type ArrivedSpan, FakeCollector } from '@app/testing/tracing/fake-collector.js';
import { startApp } from '../setup/start-app.ts';
import { type StartedSuite, startSuite } from '../setup/start-suite.ts';

jest.setTimeout(120_000);

/** Other tests run on the machine too. */
const SLOWEST_ACK_MS = Number(process.env.PARLEY_TEST_SLOWEST_MS ?? 1000);
const STRANGER = '0af7651916cd43dd8448eb211c80319c';

let collector: FakeCollector;
let fcm: FakeFcm;
let suite: StartedSuite;

beforeAll(async () => {
  collector = await FakeCollector.start();
  const traced = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: '100' };
  suite = await startSuite({ ...traced, MESSAGE_RATE_LIMIT: '100000' });
  fcm = await FakeFcm.start(suite.is.fcmPort);
});
afterAll(async () => {
  await suite.end();
  await fcm.stop();
  await collector.stop();
});

/** Somebody of the host app, with a phone. */
function person(name: string) {
  const id = `${name}-${randomUUID()}`;
  const token = tokenOf(id, { name }, suite.is.jwtSecret);
  const ask = async <T>(asked: `${string} /${string}`, given?: object) => {
    const [method = '', path = ''] = asked.split(' ');
    const traceparent = `00-${STRANGER}-b7ad6b7169203331-01`;
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', traceparent };
    const body = given && JSON.stringify(given);
    const answer = await fetch(`${suite.is.gateway}/api/v1${path}`, { method, headers, ...(body && { body }) });
    return ((await answer.json()) as { data: T }).data;
  };
  return {
    id,
    token,
    ask,
    connect: () => TestSocket.connect(`${suite.is.gateway}/chat`, token),
    register: () =>
      ask('POST /devices', {
        installationId: randomUUID(),
        platform: 'android',
        provider: 'fcm',
        token: `of-${id}`,
      }),
  };
}

/** A conversation of ana with ben, who has a phone and is away. */
async function anaToBen() {
  const [ana, ben] = [person('ana'), person('ben')];
  await ben.register();
  const { _id: conversationId } = await ana.ask<Conversation>('POST /chat/conversations', {
    participantIds: [ben.id],
  });
  return { ana, ben, conversationId };
}

/** Every span of the trace that a message's push ends, from the first on: each is the parent of one after it. */
async function traceOf({ _id }: Pick<Message, '_id'>): Promise<ArrivedSpan[]> {
  const push = await collector.next(
    ({ name, attributes }) => name === 'push fcm' && attributes['messaging.message.id'] === _id,
  );
  const ofTrace = ({ traceId }: ArrivedSpan) => traceId === push.traceId;
  const parentsAreThere = () => {
    const known = new Set(collector.spans.filter(ofTrace).map(({ spanId }) => spanId));
    return collector.spans.filter(ofTrace).every(({ parentSpanId }) => !parentSpanId || known.has(parentSpanId));
  };
  while (!parentsAreThere()) await collector.next();
  return collector.spans.filter(ofTrace);
}

/** A span by its place in the trace, as a line that says who made it: `chat server POST /messages`. */
function lineage(spans: ArrivedSpan[]): string[][] {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const told = ({ resource, kind, name }: ArrivedSpan) => `${String(resource['service.name'])} ${kind} ${name}`;
  const up = (span: ArrivedSpan): string[] => {
    const parent = byId.get(span.parentSpanId ?? '');
    return [...(parent ? up(parent) : []), told(span)];
  };
  const parents = new Set(spans.map(({ parentSpanId }) => parentSpanId));
  return spans
    .filter(({ spanId }) => !parents.has(spanId))
    .map(up)
    .sort((a, b) => a.length - b.length);
}

const STREAM = 'events:message.created:stream';
const ONWARD = [
  `chat producer publish ${STREAM}`,
  `notification consumer process ${STREAM}`,
  'notification client push fcm',
];

describe('a message that somebody sends', () => {
  it('over REST is one trace, from the gateway to the push', async () => {
    const { ana, conversationId } = await anaToBen();
    const message = await ana.ask<Message>(`POST /chat/conversations/${conversationId}/messages`, {
      text: 'Lunch at noon?',
    });
    const spans = await traceOf(message);
    const hop = [
      'api-gateway server POST /api/v1/chat',
      'api-gateway client POST',
      'chat server POST /conversations/:id/messages',
    ];
    expect(lineage(spans)).toEqual([
      [...hop, 'chat client insert messages'],
      [...hop, ...ONWARD],
    ]);
    // A stranger's own trace is only linked to.
    expect(spans.filter(({ links }) => links.length > 0).map(({ name, links }) => [name, links])).toEqual([
      ['POST /api/v1/chat', [STRANGER]],
    ]);
    expect(spans.some(({ failed }) => failed)).toBe(false);
  });

  it('over a socket begins where it is heard', async () => {
    const { ana, conversationId } = await anaToBen();
    const socket = await ana.connect();
    const message = await socket.asks<Message>('message_send', { conversationId, text: 'Lunch at noon?' });
    socket.close();
    const spans = await traceOf(message);
    expect(lineage(spans)).toEqual([
      ['chat server chat message_send', 'chat client insert messages'],
      ['chat server chat message_send', ...ONWARD],
    ]);
    const push = spans.find(({ name }) => name === 'push fcm');
    expect(push?.attributes).toMatchObject({ 'parley.push.provider': 'fcm', 'parley.push.outcome': 'accepted' });
  });

  it('says why its push did not go out, and the log says where to look', async () => {
    const { ana, ben, conversationId } = await anaToBen();
    fcm.answers(`of-${ben.id}`, { status: 400, error: 'INVALID_ARGUMENT', message: 'Message is too big.' });
    const socket = await ana.connect();
    const message = await socket.asks<Message>('message_send', { conversationId, text: 'Lunch at noon?' });
    socket.close();
    const push = (await traceOf(message)).find(({ name }) => name === 'push fcm');
    expect(push).toMatchObject({
      failed: true,
      attributes: { 'error.type': 'refused', 'parley.push.reason': '400 INVALID_ARGUMENT' },
    });
    const log = await readFile(join(suite.is.logs, 'notification.log'), 'utf8');
    const line = log.split('\n').find((text) => text.includes('push refused') && text.includes(message._id));
    expect(line).toContain(`"trace_id":"${push?.traceId}"`);
  });

  it('that is refused says with which code', async () => {
    const { conversationId } = await anaToBen();
    const eve = person('eve');
    const socket = await eve.connect();
    await expect(socket.asks('message_send', { conversationId, text: 'Let me in' })).rejects.toThrow('NOT_A_MEMBER');
    socket.close();
    const refused = await collector.next(({ attributes }) => attributes['error.type'] === 'NOT_A_MEMBER');
    expect(refused).toMatchObject({ name: 'chat message_send', failed: true });
  });
});

describe('what is traced', () => {
  it('names nobody, says nothing of what was said, and is no probe', () => {
    expect(collector.spans.length).toBeGreaterThan(20);
    const all = JSON.stringify(collector.spans);
    for (const word of ['ana', 'ben-', 'Lunch', 'Bearer', 'eyJ']) expect(all).not.toMatch(new RegExp(`\\b${word}`));
    expect(collector.spans.filter(({ name }) => /health|metrics|socket\.io/.test(name))).toEqual([]);
  });

  it('is told by the lines of requests too', async () => {
    const { ana } = await anaToBen();
    await ana.ask('GET /chat/conversations');
    const served = await collector.next(({ name }) => name === 'GET /conversations');
    const logs = ['chat-1', 'chat-2'].map((node) => readFile(join(suite.is.logs, `${node}.log`), 'utf8'));
    const lines = (await Promise.all(logs)).join('\n').split('\n');
    const line = lines.find((text) => text.includes(served.traceId));
    expect(JSON.parse(line ?? '{}')).toMatchObject({ msg: 'request completed', span_id: served.spanId });
  });
});

describe('a service that stops', () => {
  it('sends what it has traced before', async () => {
    const name = `stopping-${randomUUID()}`;
    const app = await startApp('media', 'media-traced', {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_BSP_SCHEDULE_DELAY: '60000',
      OTEL_SERVICE_NAME: name,
    });
    await fetch(`${app.url}/media/abc`);
    process.kill(app.pid, 'SIGTERM');
    const span = await collector.next(({ resource }) => resource['service.name'] === name);
    expect(span.attributes).toMatchObject({ 'http.response.status_code': 401 });
  });
});

describe('a collector that hangs', () => {
  it('makes nobody wait', async () => {
    const { ana, conversationId } = await anaToBen();
    const socket = await ana.connect();
    const acks = async (): Promise<number[]> => {
      const waits: number[] = [];
      for (let round = 0; round < 40; round++) {
        const said = Array.from({ length: 25 }, async () => {
          const from = performance.now();
          await socket.asks('message_send', { conversationId, text: 'and on' });
          waits.push(performance.now() - from);
        });
        await Promise.all(said);
      }
      return waits.sort((a, b) => a - b);
    };
    const median = (waits: number[]) => waits[waits.length / 2] ?? Infinity;
    await acks();
    const well = median(await acks());
    const heard = collector.requests.length;
    collector.hang();
    const hung = await acks();
    socket.close();
    expect(collector.requests.length).toBeGreaterThan(heard);
    expect(hung.at(-1)).toBeLessThan(SLOWEST_ACK_MS);
    expect(median(hung)).toBeLessThan(Math.max(3 * well, 100));
  });
});
