import { ERRORS, type ErrorCode } from '../../../libs/contracts/src/errors.ts';
import { table } from '../document.ts';
import { fieldsOf } from './shape.docs.ts';
import type { SocketTable, TableRow } from './socket.table.ts';

/** What the page takes from elsewhere than the table: examples, and a sentence for each shape. */
export interface Examples {
  events: object;
  answers: Record<string, unknown>;
  inputs: Record<string, object>;
  sentences: Map<string, string>;
}

const CONNECTION = `## A connection

- **It lasts as long as its token.** When that expires, the socket hears \`error\` with \`UNAUTHENTICATED\` and is disconnected by the
  server, after which clients do not reconnect by themselves: connect with a fresh token. To stay connected, send the fresh one
  before that, by \`authenticate\`. A token without \`exp\` lasts for \`TOKEN_MAX_AGE\`.
- **From a browser**, its page's origin must be in \`FRONTEND_URL\`; without an \`Origin\` header it is an app. A token in the query
  of the address is refused, unless \`ALLOW_QUERY_TOKEN\` is on.
- **A refusal for now** is \`RATE_LIMITED\` with \`retryAfterMs\`, in the ack or in \`data\` of \`connect_error\`. Limited are: new
  connections of an address (\`HANDSHAKE_RATE_LIMIT\`), sockets of a person (\`SOCKETS_PER_USER\`), requests under way of one socket
  (\`REQUESTS_IN_FLIGHT\`), and what a person says: messages, joins, typing, \`authenticate\`, and all else together
  (\`REQUEST_RATE_LIMIT\`).
- **It is cut** when it sends a packet above \`MAX_PAYLOAD_BYTES\`, when more than \`MAX_QUEUED_BYTES\` wait for it because it
  does not read, or when more than \`REFUSED_REQUESTS_LIMIT\` of its requests are refused in a minute. A client that was cut
  reconnects, and reads what it missed over REST; one that was refused too often waits a minute first.
- **While the database is away**, requests are refused with \`UNAVAILABLE\` within two seconds, and sockets stay; what was sent is
  sent again with the same \`localId\`. After a \`connect_error\` whose \`data\` is \`retryable\`, call \`connect()\` again: Socket.IO does
  so by itself only when there is no \`data\`, as with a node that has just started.
- **A change of a message has a number**, \`change\`, which grows within its conversation. Events of two nodes may come in either
  order: of one message, the event with the highest \`change\` holds.
- **A request is one JSON object**, not nested deeply, with the fields below and no others, and at most one callback after it.
  Anything else is \`INVALID_INPUT\`; the error names no value, and the socket goes on. A field that is not required and is
  \`null\` counts as left out.
- **Whoever is added to a group** sees it from the message of their coming on: history, ids, files, the last message, edits and
  deletions of what was said before are not for them, unless \`GROUP_HISTORY\` is \`all\`. Whoever is removed or leaves is
  answered \`NOT_A_MEMBER\` from then on by every node. When the owner leaves, whoever has been there longest is the owner.

The numbers are in [configuration](../configuration.md).`;

const json = (value: unknown) => `\`\`\`json\n${JSON.stringify(value, null, 2)}\n\`\`\``;

const failure = (code: ErrorCode) => {
  const error = { code, message: ERRORS[code].says, retryable: ERRORS[code].retryable };
  return { code, toWire: () => error };
};

async function heard(wireEvent: string, row: TableRow, examples: Examples): Promise<string> {
  const input = examples.inputs[wireEvent];
  if (!input || !(row.verb in examples.answers)) throw new Error(`wire/samples.ts has no example of ${wireEvent}`);
  const verbs = { [row.verb]: () => Promise.resolve(examples.answers[row.verb]) };
  const { data, says } = await row.run(verbs, { id: 'ana', role: 'user' }, input);
  const rows = fieldsOf(row.shape).map(({ name, type, required, about }) => [
    `\`${name}\``,
    `\`${type}\``,
    required ? 'yes' : 'no',
    about,
  ]);
  return [
    `### \`${wireEvent}\``,
    `${examples.sentences.get(row.shape.name) ?? ''} Verb: \`${row.verb}\`.`,
    table(['Field', 'Type', 'Required', 'Meaning'], rows),
    `For example:\n\n${json(input)}`,
    `Its ack:\n\n${json({ ok: true, data })}`,
    ...(says ? [`With or without an ack, the socket hears \`${says[0]}\`:\n\n${json(says[1])}`] : []),
  ].join('\n\n');
}

function said(domainEvent: string, dialect: SocketTable, event: object): string {
  const others = dialect.says[domainEvent]?.(event, 'others');
  const sender = dialect.says[domainEvent]?.(event, 'sender');
  if (!others) return `### ${domainEvent}\n\nNot said in this dialect.`;
  const own = sender && JSON.stringify(sender) !== JSON.stringify(others);
  return [
    `### \`${others[0]}\``,
    `Says \`${domainEvent}\`.`,
    json(others[1]),
    ...(own ? [`The sender's own sockets hear \`${sender[0]}\`:\n\n${json(sender[1])}`] : []),
  ].join('\n\n');
}

function failures(dialect: SocketTable): string {
  const error = failure('NOT_A_MEMBER');
  const events = Object.keys(dialect.hears);
  const told = events.map((name) => dialect.fails(error, name)).find((event) => event !== null);
  const silent = events.filter((name) => dialect.fails(error, name) === null);
  return [
    `A request that fails is answered in its ack:\n\n${json({ ok: false, error: error.toWire() })}`,
    told
      ? `A client that passed no ack hears \`${told[0]}\` instead:\n\n${json(told[1])}`
      : 'A client that passed no ack hears nothing.',
    ...(told && silent.length > 0
      ? [`Without an ack, nothing is said when ${silent.map((name) => `\`${name}\``).join(', ')} fails.`]
      : []),
    'The codes are in [errors](../errors.md).',
  ].join('\n\n');
}

/** `docs/wire/<dialect>.md`: a dialect's socket events, with examples that ran through its own table. */
export async function renderWire(dialect: SocketTable, examples: Examples): Promise<string> {
  const hears: string[] = [];
  for (const [wireEvent, row] of Object.entries(dialect.hears)) hears.push(await heard(wireEvent, row, examples));
  const says = Object.entries(examples.events).map(([name, event]) => said(name, dialect, event as object));
  return [
    `# Socket events: ${dialect.name}`,
    'Generated from the socket table of the dialect by `npm run gen`; every example ran through it.',
    `The namespace is \`${dialect.namespace}\`. A connection needs a token, in \`auth.token\` of the handshake or as bearer in the
\`Authorization\` header; without a valid one, \`connect_error\` says why, with the error as \`data\`. Every request may pass an
ack callback.`,
    CONNECTION,
    '## A client says',
    ...hears,
    '## A client hears',
    ...says,
    '## Failures',
    failures(dialect),
  ].join('\n\n');
}
