import { type MessageObject, type OperationObject, type Part, ref } from './document.types.ts';
import { type Heard, heardOf } from './heard.ts';
import { objectOf, schemaRef } from './json.schema.ts';
import { shapeSchema } from './shape.schema.ts';
import { refused, replyTo, type Spoken } from './spoken.ts';

/** A request of a dialect, and the ack of it. */
interface Asked {
  wireEvent: string;
  said: MessageObject;
  ack: MessageObject;
  summary: string;
  about?: string;
}

async function asked(wireEvent: string, { dialect, types, schemas, examples }: Spoken): Promise<Asked> {
  const row = dialect.hears[wireEvent];
  const type = types.replies[wireEvent];
  if (!row || !type) throw new Error(`${wireEvent} is in the table that runs, or in its source, but not in both`);
  const { data } = await replyTo(wireEvent, row, examples);
  const done = objectOf({ ok: { type: 'boolean', const: true }, data: schemas.of(type.data) });
  const about = examples.asked[wireEvent];
  return {
    wireEvent,
    summary: examples.sentences.get(row.shape.name) ?? '',
    ...(about !== undefined && { about }),
    said: {
      name: wireEvent,
      title: wireEvent,
      payload: shapeSchema(row.shape),
      examples: [{ payload: examples.inputs[wireEvent] }],
    },
    ack: {
      name: `ack of ${wireEvent}`,
      title: `The ack of ${wireEvent}`,
      payload: { oneOf: [done, schemaRef('Failure')] },
      examples: [
        { name: 'done', payload: { ok: true, data } },
        { name: 'refused', payload: { ok: false, error: refused } },
      ],
    },
  };
}

const saying = ({ wireEvent, summary, about }: Asked, id: string): OperationObject => ({
  action: 'receive',
  channel: ref('channels', id),
  title: wireEvent,
  summary,
  ...(about !== undefined && { description: about }),
  tags: [{ name: 'client says' }],
  messages: [ref('channels', id, 'messages', `say.${wireEvent}`)],
  reply: { channel: ref('channels', id), messages: [ref('channels', id, 'messages', `ack.${wireEvent}`)] },
});

const hearing = ({ message: { name }, about }: Heard, id: string): OperationObject => ({
  action: 'send',
  channel: ref('channels', id),
  title: name,
  ...(about !== '' && { description: about }),
  tags: [{ name: 'client hears' }],
  messages: [ref('channels', id, 'messages', `hear.${name}`)],
});

/** A dialect's namespace: what its clients say and hear. */
export async function chatChannel(spoken: Spoken): Promise<Part> {
  const { name, namespace, hears } = spoken.dialect;
  const id = namespace.slice(1);
  const requests: Asked[] = [];
  for (const wireEvent of Object.keys(hears)) requests.push(await asked(wireEvent, spoken));
  const events = await heardOf(spoken);
  const messages = Object.fromEntries([
    ...requests.flatMap(({ wireEvent, said, ack }) => [
      [`say.${wireEvent}`, said],
      [`ack.${wireEvent}`, ack],
    ]),
    ...events.map(({ message }) => [`hear.${message.name}`, message]),
  ]) as Record<string, MessageObject>;
  const operations = Object.fromEntries([
    ...requests.map((one) => [`say.${one.wireEvent}`, saying(one, id)] as const),
    ...events.map((one) => [`hear.${one.message.name}`, hearing(one, id)] as const),
  ]);
  const title = `Sockets, the ${name} dialect`;
  const servers = [ref('servers', 'gateway')];
  return { channels: { [id]: { address: namespace, title, servers, messages } }, operations, messages: {} };
}
