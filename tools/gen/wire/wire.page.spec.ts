import { fieldsOf, sentencesOf } from './shape.docs.ts';
import type { FieldMetadata, SocketTable, TableRow } from './socket.table.ts';
import { renderWire } from './wire.page.ts';

type Fields = Record<string, FieldMetadata>;
const field = (type: () => unknown, required = true): FieldMetadata => ({ type, required, description: 'A field.' });

/** What an upload answered. */
class FileShape {
  static _OPENAPI_METADATA_FACTORY = () => ({ mediaId: field(() => String), url: field(() => String, false) });
}
class TextShape {
  static _OPENAPI_METADATA_FACTORY = (): Fields => ({
    text: field(() => String),
    files: field(() => [FileShape], false),
  });
}
/** A message to send. */
class SendShape extends TextShape {
  static override _OPENAPI_METADATA_FACTORY = (): Fields => ({ room: field(() => Number), text: field(() => Boolean) });
}

const send: TableRow = {
  verb: 'sendMessage',
  shape: SendShape,
  run: async (verbs, _who, input) => ({
    data: await (verbs as { sendMessage: (input: unknown) => Promise<unknown> }).sendMessage(input),
    says: ['sent', { seq: 7 }],
  }),
};
const table: SocketTable = {
  name: 'native',
  namespace: '/chat',
  hears: {
    message_send: send,
    typing: { verb: 'setTyping', shape: TextShape, run: () => Promise.resolve({ data: null }) },
  },
  says: {
    'message.created': (event, to) => ['message_new', to === 'sender' ? { ...event, localId: 'x1' } : event],
    'message.read': () => null,
  },
  fails: (error, wireEvent) => (wireEvent === 'typing' ? null : ['oops', error.toWire()]),
};
const examples = {
  events: { 'message.created': { seq: 7 }, 'message.read': { upToSeq: 7 } },
  answers: { sendMessage: { _id: 'm1' }, setTyping: undefined },
  inputs: { message_send: { text: 'hi' }, typing: {} },
  sentences: sentencesOf(import.meta.filename),
};

describe('the page of a dialect', () => {
  let page: string;
  beforeAll(async () => {
    page = (await renderWire(table, examples)).replaceAll(/\s+/g, ' ');
  });

  it('shows of a request its fields, an example and its answers', () => {
    expect(page).toContain('### `message_send` A message to send. Verb: `sendMessage`. | Field | Type |');
    expect(page).toContain('| `room` | `number` | yes | A field. |');
    expect(page).toContain('"text": "hi"');
    expect(page).toContain('{ "ok": true, "data": { "_id": "m1" } }');
    expect(page).toContain('the socket hears `sent`: ```json { "seq": 7 }');
  });

  it('shows of an event what all hear, and what only the sender does', () => {
    expect(page).toContain('### `message_new` Says `message.created`. ```json { "seq": 7 } ```');
    expect(page).toContain('own sockets hear `message_new`: ```json { "seq": 7, "localId": "x1" } ```');
    expect(page).toContain('### message.read Not said in this dialect.');
  });

  it('shows how a failure is told, and where it is not', () => {
    expect(page).toContain('hears `oops` instead: ```json { "code": "NOT_A_MEMBER"');
    expect(page).toContain('nothing is said when `typing` fails');
  });

  it('is not written while a request has no example', async () => {
    await expect(renderWire(table, { ...examples, inputs: {} })).rejects.toThrow('no example of message_send');
  });
});

describe('the fields of a shape', () => {
  it('are its own, then the inherited ones that it does not change', () => {
    expect(fieldsOf(SendShape).map(({ name, type }) => [name, type])).toEqual([
      ['room', 'number'],
      ['text', 'boolean'],
      ['files', '{ mediaId, url? }[]'],
    ]);
  });
});
