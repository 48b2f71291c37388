import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Metrics } from '@app/common/metrics/metrics.js';
import { TestSocket } from '@app/testing/test-socket.js';
import { chatWorld, type ChatWorld } from './chat.world.suite.js';

let world: ChatWorld;

beforeAll(async () => {
  world = await chatWorld(2, { HANDSHAKE_RATE_LIMIT: '100000' });
});
afterAll(() => world.close());

async function lines(node: number): Promise<string[]> {
  const { body } = (await world.apps[node - 1]?.get(Metrics).text()) ?? { body: '' };
  return body.split('\n').filter((line) => line.startsWith('parley_'));
}

async function value(series: string, node = 1): Promise<number> {
  const line = (await lines(node)).find((one) => one.startsWith(`${series} `));
  return Number(line?.slice(series.length + 1) ?? 0);
}

/** How much each series has grown since. */
async function grown(series: readonly string[], work: () => Promise<unknown>): Promise<number[]> {
  const all = () => Promise.all(series.map((one) => value(one)));
  const before = await all();
  await work();
  return (await all()).map((now, index) => now - (before[index] ?? 0));
}

const event = (name: string, code: string) =>
  `parley_socket_event_duration_seconds_count{event="${name}",code="${code}"}`;

describe('the metrics of a chat node', () => {
  it('tell who is connected, and whom they watch', async () => {
    const ana = await world.connect('ana');
    const ben = await world.connect('ben');
    await ana.opens(['ben']);
    await ana.socket.asks('presence_subscribe', { userId: 'ben' });
    expect(await value('parley_sockets')).toBe(2);
    expect(await value('parley_people_connected')).toBe(2);
    expect(await value('parley_presence_subscriptions')).toBe(1);
    ana.socket.close();
    ben.socket.close();
    while ((await value('parley_sockets')) > 0) await pause(20);
    expect(await value('parley_presence_subscriptions')).toBe(0);
  });

  it('tell handshakes by their answer', async () => {
    const codes = ['OK', 'UNAUTHENTICATED'].map((code) => `parley_socket_handshakes_total{code="${code}"}`);
    const more = await grown(codes, async () => {
      await world.connect('cleo');
      await expect(TestSocket.connect(`${world.urls[0]}/chat`, 'no token')).rejects.toThrow();
    });
    expect(more).toEqual([1, 1]);
  });

  it('tell what is said, kept, published and delivered', async () => {
    const [ana, ben, far] = [await world.connect('ana'), await world.connect('ben'), await world.connect('ben', 2)];
    const { _id: conversationId } = await ana.opens(['ben']);
    await ben.socket.asks('join_conversation', { conversationId });
    await far.socket.asks('join_conversation', { conversationId });
    const elsewhere = await value('parley_deliveries_total{event="message_new"}', 2);
    const localId = randomUUID();
    const series = [
      event('message_send', 'OK'),
      event('message_send', 'INVALID_INPUT'),
      'parley_messages_kept_total{outcome="new"}',
      'parley_messages_kept_total{outcome="again"}',
      'parley_message_batch_size_count',
      'parley_events_published_total{outcome="ok"}',
      'parley_event_publish_duration_seconds_count',
      'parley_deliveries_total{event="message_new"}',
    ];
    const more = await grown(series, async () => {
      await ana.sends(conversationId, 'hello', localId);
      await ana.sends(conversationId, 'hello', localId);
      await expect(ana.sends(conversationId, '')).rejects.toThrow('INVALID_INPUT');
      await far.socket.hears('message_new');
      while ((await value('parley_events_waiting')) > 0) await pause(20);
    });
    // To ana's own socket and to ben's.
    expect(more).toEqual([2, 1, 1, 1, 2, 1, 1, 2]);
    expect(await value('parley_deliveries_total{event="message_new"}', 2)).toBe(elsewhere + 1);
    expect(await value('parley_lanes')).toBeGreaterThan(0);
  });

  it('tell of Redis and MongoDB by connection and command', async () => {
    for (const connection of ['shared', 'limiter', 'bus-speaks', 'bus-hears', 'lanes-speaks', 'lanes-hears']) {
      expect(await value(`parley_redis_up{connection="${connection}"}`)).toBe(1);
    }
    expect(await value('parley_mongo_command_duration_seconds_count{command="insert",outcome="ok"}')).toBeGreaterThan(
      0,
    );
  });

  it('grow no series by words that nobody knows', async () => {
    const dan = await world.connect('dan');
    await dan.socket.answer('nonsense');
    const names = async () => (await lines(1)).map((line) => line.split(' ')[0]);
    const before = await names();
    for (let n = 0; n < 50; n++) await dan.socket.answer(`nonsense-${n}`, { n });
    expect(await names()).toEqual(before);
    expect(before.filter((line) => line?.includes('event="unknown"')).length).toBeGreaterThan(0);
  });
});
