import { ERRORS, type ErrorCode } from '../../../libs/contracts/src/errors.ts';
import type { Message } from '../../../libs/contracts/src/shapes.ts';
import { table } from '../document.ts';
import type { Settings } from '../settings.page.ts';
import { brief, differing, json } from './json.ts';
import { renderLimits } from './limits.page.ts';
import { checked, type OpenApi } from './open-api.ts';
import { renderRest, type RestSamples, shapeTable } from './rest.page.ts';
import { fieldsOf } from './shape.docs.ts';
import type { SocketTable, TableRow, WireEvent } from './socket.table.ts';

/** What the page takes from elsewhere than the table: examples, and a sentence for each shape. */
export interface Examples {
  events: object;
  /** More examples of an event, each with what it is of. */
  others: Record<string, [what: string, event: object][]>;
  answers: Record<string, unknown>;
  inputs: Record<string, object>;
  sentences: Map<string, string>;
  /** Wire event → what its table and its examples do not say. */
  asked: Record<string, string>;
  heard: Record<string, string>;
}

/** The parts of a page that nothing else says. */
export interface PageText {
  begin: string;
  order: string;
  connection: string;
  limits: string;
  rest: string;
  message: string;
}

/** What the parts about REST, messages and limits are made of. */
export interface Rest {
  text: PageText;
  api: OpenApi;
  settings: Settings;
  samples: RestSamples;
  messages: [what: string, sample: Message][];
}

const failure = (code: ErrorCode) => {
  const error = { code, message: ERRORS[code].says, retryable: ERRORS[code].retryable };
  return { code, toWire: () => error };
};

const replyTo = (wireEvent: string, row: TableRow, { inputs, answers }: Examples) => {
  const input = inputs[wireEvent];
  if (!input || !(row.verb in answers)) throw new Error(`wire/samples.ts has no example of ${wireEvent}`);
  const verbs = { [row.verb]: () => Promise.resolve(answers[row.verb]) };
  return row.run(verbs, { id: 'ana', role: 'user' }, input);
};

async function asked(wireEvent: string, row: TableRow, examples: Examples): Promise<string> {
  const { data, says } = await replyTo(wireEvent, row, examples);
  const rows = fieldsOf(row.shape).map(({ name, type, required, about }) => [
    `\`${name}\``,
    `\`${type}\``,
    required ? 'yes' : 'no',
    about,
  ]);
  return [
    `### \`${wireEvent}\``,
    [examples.sentences.get(row.shape.name), examples.asked[wireEvent]].filter(Boolean).join(' '),
    table(['Field', 'Type', 'Required', 'Meaning'], rows),
    `For example:\n\n${json(examples.inputs[wireEvent])}`,
    `Its ack:\n\n${brief({ ok: true, data })}`,
    ...(says ? [`With or without an ack, the socket hears [\`${says[0]}\`](#${says[0]}) too.`] : []),
  ].join('\n\n');
}

/** Events that only answer a request. */
async function replies(dialect: SocketTable, examples: Examples): Promise<string[]> {
  const events = Object.entries(examples.events) as [string, object][];
  const known = events.map(([name, event]) => dialect.says[name]?.(event, 'others')?.[0]);
  const parts: string[] = [];
  for (const [wireEvent, row] of Object.entries(dialect.hears)) {
    const { says } = await replyTo(wireEvent, row, examples);
    if (!says || known.includes(says[0])) continue;
    parts.push(shown(says, examples.heard, `The answer to \`${wireEvent}\`, with or without an ack.`));
  }
  return parts;
}

const shown = ([name, payload]: WireEvent, notes: Examples['heard'], about = ''): string =>
  [`### \`${name}\``, [about, notes[name]].filter(Boolean).join(' '), brief(payload)].join('\n\n');

function said(domainEvent: string, dialect: SocketTable, examples: Examples): string {
  const event = (examples.events as Record<string, object>)[domainEvent] ?? {};
  const others = dialect.says[domainEvent]?.(event, 'others');
  const sender = dialect.says[domainEvent]?.(event, 'sender');
  if (!others) return `### ${domainEvent}\n\nNot said in this dialect.`;
  const own = sender && JSON.stringify(sender) !== JSON.stringify(others);
  const more = (examples.others[domainEvent] ?? []).map(
    ([what, other]) => `${what}:\n\n${json(dialect.says[domainEvent]?.(other, 'others')?.[1])}`,
  );
  return [
    shown(others, examples.heard),
    ...more,
    ...(own ? [`The sender's own sockets hear:\n\n${brief(sender[1])}`] : []),
  ].join('\n\n');
}

/** The event that tells a failure to who passed no ack. */
function untold(dialect: SocketTable, { heard }: Examples): string {
  const error = failure('NOT_A_MEMBER');
  const events = Object.keys(dialect.hears);
  const told = events.map((name) => dialect.fails(error, name)).find((event) => event !== null);
  const silent = events.filter((name) => dialect.fails(error, name) === null).map((name) => `\`${name}\``);
  if (!told) return '### Failures\n\nA client that passed no ack hears nothing of them.';
  const not = silent.length > 0 ? ` Nothing is said when ${silent.join(', ')} fails.` : '';
  return shown(told, heard, `Instead of the ack, to a client that passed none; and before a socket is cut.${not}`);
}

const failures = (): string =>
  `A request that fails is answered in its ack:

${json({ ok: false, error: failure('NOT_A_MEMBER').toWire() })}

\`retryable\` says whether the same request may succeed later; \`retryAfterMs\`, when. The codes are in [errors](../errors.md).`;

function messageParts({ text, api, samples, messages }: Rest): string[] {
  const shape = { $ref: 'MessageShape' };
  const whole = checked(samples.MessageShape, shape, api) as object;
  return [
    `## A message\n\n${shapeTable('MessageShape', api)}\n\n${text.message}`,
    json(whole),
    ...messages.map(([what, sample]) => `${what}:\n\n${json(differing(checked(sample, shape, api) as object, whole))}`),
  ];
}

/** `docs/wire/<dialect>.md`: what a client's developer needs, with examples that ran through the dialect's own table. */
export async function renderWire(dialect: SocketTable, examples: Examples, rest: Rest): Promise<string> {
  const unknown = Object.keys(examples.asked).filter((name) => !(name in dialect.hears));
  if (unknown.length > 0) throw new Error(`${unknown.join(', ')}: no event of ${dialect.name}`);
  const hears: string[] = [];
  for (const [wireEvent, row] of Object.entries(dialect.hears)) hears.push(await asked(wireEvent, row, examples));
  const says = Object.keys(examples.events).map((name) => said(name, dialect, examples));
  const { text, api, settings, samples } = rest;
  return [
    `# The ${dialect.name} contract`,
    'Generated by `npm run gen` from the socket table, the routes and the settings; every example ran through them.',
    ...[text.begin, text.order, text.connection],
    ...messageParts(rest),
    '## A client says',
    failures(),
    ...hears,
    '## A client hears',
    ...says,
    ...(await replies(dialect, examples)),
    untold(dialect, examples),
    `## REST\n\n${text.rest}\n\n${renderRest(api, samples)}`,
    `## Limits\n\n${text.limits}\n\n${renderLimits(settings)}`,
  ].join('\n\n');
}
