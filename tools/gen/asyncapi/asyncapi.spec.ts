import { Parser } from '@asyncapi/parser';
import { Events } from '../../../libs/testing/src/documents/events-document.ts';
import { keys } from '../../../libs/common/src/redis/keys.ts';
import { published } from './redis.samples.ts';

const events = new Events();
const { channels, operations } = events.document;
const messages = Object.keys(channels).flatMap((channel) =>
  events.messagesOf(channel).map((name) => [channel, name] as const),
);

describe('the document of socket and Redis events', () => {
  it('is read by the parser of AsyncAPI, which has nothing to say against it', async () => {
    const { document, diagnostics } = await new Parser().parse(JSON.stringify(events.document));
    expect(diagnostics).toEqual([]);
    expect(document?.operations().length).toBe(Object.keys(operations).length);
  }, 60_000);

  it('shows examples of every message, each as its schema says, without a field more', () => {
    const examples = messages.map(([channel, name]) => events.message(channel, name).examples);
    expect(examples.every(({ length }) => length > 0)).toBe(true);
    const problems = messages.flatMap(([channel, name]) =>
      events.message(channel, name).examples.flatMap(({ payload }) => events.problems(channel, name, payload)),
    );
    expect(problems).toEqual([]);
  });

  it('has a stream and a channel for every type of event', () => {
    const addresses = Object.values(channels).map(({ address }) => address);
    for (const type of Object.keys(published))
      expect(addresses).toEqual(expect.arrayContaining([keys.eventStream(type), keys.eventChannel(type)]));
  });

  it('has an ack for whatever a client says', () => {
    const names = events.messagesOf('chat');
    const said = names.filter((name) => name.startsWith('say.')).map((name) => name.slice(4));
    expect(said).toContain('message_send');
    expect(names.filter((name) => name.startsWith('ack.')).map((name) => name.slice(4))).toEqual(said);
  });
});
