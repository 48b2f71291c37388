import { PAST } from './limits.page.ts';
import type { OpenApi, Schema } from './open-api.ts';
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
/** Two routes with a token, and one without. */
const message: Schema = { $ref: '#/components/schemas/MessageShape' };
const answer = (data: Schema, more: Record<string, Schema> = {}) => ({
  200: { content: { 'application/json': { schema: { properties: { data, ...more } } } } },
});
const envelope = { success: { type: 'boolean' }, message: { type: 'string' }, pagination: { type: 'object' } };
const limit = { name: 'limit', in: 'query', description: '1 to 100.', schema: { type: 'number', default: 50 } };
const body = { content: { 'application/json': { schema: { $ref: '#/components/schemas/NewMessage' } } } };
const token = { security: [{ bearer: [] }] };
const api: OpenApi = {
  paths: {
    '/health': { get: { tags: ['health'], summary: 'Well', responses: answer(message) } },
    '/rooms': { post: { summary: 'Opens', requestBody: body, responses: answer(message), ...token } },
    '/rooms/{id}/messages': {
      get: {
        summary: 'Reads',
        parameters: [limit],
        responses: answer({ type: 'array', items: message }, envelope),
        ...token,
      },
    },
  },
  components: {
    schemas: {
      NewMessage: { properties: { text: { type: 'string' } }, required: ['text'] },
      MessageShape: {
        properties: {
          ...Object.fromEntries(['_id', 'text', 'localId'].map((name) => [name, { type: 'string' }])),
          ...{ seq: { type: 'integer' }, sender: { type: 'object' }, meta: { type: 'object' } },
        },
        required: ['_id', 'text'],
      },
    },
  },
};
const examples = {
  events: { 'message.created': { seq: 7 }, 'message.read': { upToSeq: 7 } },
  others: { 'message.created': [['Later', { seq: 8 }] as [string, object]] },
  answers: { sendMessage: { _id: 'm1' }, setTyping: undefined },
  inputs: { message_send: { text: 'hi' }, typing: {} },
  sentences: sentencesOf(import.meta.filename),
  asked: { message_send: 'Kept once.' },
  heard: { message_new: 'A hint.' },
};
const text = { begin: '', order: '', connection: '', limits: 'Limits.', rest: 'Routes.', message: '' };
const settings = Object.fromEntries(Object.keys(PAST).map((name) => [name, { desc: `Of ${name}.`, default: 1200 }]));
const whole = { _id: 'm1', seq: 1, text: 'hi', sender: { id: 'ana' }, meta: { edited: false }, localId: 'x1' } as never;
const rest = {
  text,
  api,
  settings,
  samples: { MessageShape: whole, PaginationShape: { before: 'm1' } },
  messages: [['Deleted', { ...(whole as object), text: '' }]] as [string, never][],
};

describe('the page of a dialect', () => {
  let page: string;
  beforeAll(async () => {
    page = (await renderWire(table, examples, rest)).replaceAll(/\s+/g, ' ');
  });

  it('shows of a request what is known of it, its fields, an example and its answers', () => {
    expect(page).toContain('### `message_send` A message to send. Kept once. | Field | Type |');
    expect(page).toContain('| `room` | `number` | yes | A field. |');
    expect(page).toContain('"text":"hi"');
    expect(page).toContain('{"ok":true,"data":{"_id":"m1"}}');
    expect(page).toContain('the socket hears [`sent`](#sent) too');
  });

  it('shows of an event what all hear, what only the sender does, other examples, and what answers', () => {
    expect(page).toContain('### `message_new` A hint. ```json {"seq":7} ```');
    expect(page).toContain('Later: ```json {"seq":8} ```');
    expect(page).toContain('own sockets hear: ```json {"seq":7,"localId":"x1"} ```');
    expect(page).toContain('### message.read Not said in this dialect.');
    expect(page).toContain('### `sent` The answer to `message_send`, with or without an ack. ```json {"seq":7} ```');
  });

  it('shows how a failure is told, and where it is not', () => {
    expect(page).toContain('{"ok":false,"error":{"code":"NOT_A_MEMBER"');
    expect(page).toMatch(/### `oops` .+ Nothing is said when `typing` fails. ```json {"code":"NOT_A_MEMBER"/);
  });

  it('shows a message in full once, then what of it matters', () => {
    expect(page).toContain(`\`\`\`json ${JSON.stringify(whole)} \`\`\` Deleted: \`\`\`json {"text":"","…":"…"} \`\`\``);
    expect(page.split('"sender":{"id":"ana"}')).toHaveLength(2);
  });

  it('shows each route, what it takes and what it answers', () => {
    expect(page).toContain('| `GET /rooms/:id/messages` | Reads | `?limit` (50): 1 to 100 | Message[], in pages |');
    expect(page).toContain('| `POST /rooms` | Opens | `{ text }` | Message |');
    expect(page).not.toContain('/health');
    const page1 = '"data":[{"_id":"m1","seq":1,"text":"hi","localId":"x1","…":"…"}],"pagination":{"before":"m1"}';
    expect(page).toContain(page1);
  });

  it('shows the limits with the numbers of the settings', () => {
    expect(page).toContain('| Of SOCKETS_PER_USER. | 1,200 | `SOCKETS_PER_USER` | `RATE_LIMITED` in `connect_error` |');
  });

  it.each([
    { what: 'a request has no example', of: { inputs: {} }, why: 'no example of message_send' },
    { what: 'a note is of no event', of: { asked: { mesage_send: '' } }, why: 'mesage_send: no event of native' },
    { what: 'a setting is gone', about: { settings: {} }, why: 'is a limit of no app' },
    { what: 'an example is not as routes say', about: { samples: { MessageShape: {} } }, why: 'wrong in _id, text' },
  ])('is not written while $what', async ({ of = {}, about = {}, why }) => {
    await expect(renderWire(table, { ...examples, ...of }, { ...rest, ...about })).rejects.toThrow(why);
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
