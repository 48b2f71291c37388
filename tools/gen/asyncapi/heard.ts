import type { WireEvent } from '../wire/socket.table.ts';
import type { MessageObject } from './document.types.ts';
import { anyOf, type JsonSchema, schemaRef } from './json.schema.ts';
import { refused, replyTo, type Spoken } from './spoken.ts';

const FAILED = 'Instead of the ack, to a client that passed none; and before a socket is cut.';

/** One thing that the server says: its words, what they are like, which example they are, what it is about. */
interface Saying {
  event: WireEvent;
  payload: JsonSchema;
  example?: string;
  about?: string;
}

/** What a client hears under one name. */
export interface Heard {
  message: MessageObject;
  about: string;
}

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** What is said of domain events; more to the sender, where it is more. */
function ofDomainEvents({ dialect, types, schemas, examples }: Spoken): Saying[] {
  return (Object.entries(examples.events) as [string, object][]).flatMap(([domainEvent, example]) => {
    const say = dialect.says[domainEvent];
    const payload = anyOf((types.says[domainEvent] ?? []).map((type) => schemas.of(type)));
    const said = (event: object, to: 'sender' | 'others', what?: string): Saying[] => {
      const words = say?.(event, to);
      return words ? [{ event: words, payload, ...(what !== undefined && { example: what }) }] : [];
    };
    const others = said(example, 'others');
    const sender = said(example, 'sender', "on the sender's own sockets");
    const more = examples.others[domainEvent] ?? [];
    return [
      ...others,
      ...(same(others[0]?.event, sender[0]?.event) ? [] : sender),
      ...more.flatMap(([what, event]) => said(event, 'others', what)),
    ];
  });
}

/** What answers a request beside its ack. */
async function ofRequests({ dialect, types, schemas, examples }: Spoken): Promise<Saying[]> {
  const sayings: Saying[] = [];
  for (const [wireEvent, row] of Object.entries(dialect.hears)) {
    const { says } = await replyTo(wireEvent, row, examples);
    const type = types.replies[wireEvent]?.says;
    const about = `The answer to \`${wireEvent}\`, with or without an ack.`;
    if (says && type)
      sayings.push({ event: says, payload: schemas.of(type), example: `answer to ${wireEvent}`, about });
  }
  return sayings;
}

/** What tells of failures to who passed no ack; of some requests, nothing does. */
function ofFailures({ dialect }: Spoken): Saying[] {
  const words = Object.keys(dialect.hears).map((name) =>
    dialect.fails({ code: refused.code, toWire: () => refused }, name),
  );
  const told = words.find((event) => event !== null);
  return told ? [{ event: told, payload: schemaRef('WireError'), about: FAILED }] : [];
}

/** All that a dialect's clients hear, each name once. */
export async function heardOf(spoken: Spoken): Promise<Heard[]> {
  const sayings = [...ofDomainEvents(spoken), ...(await ofRequests(spoken)), ...ofFailures(spoken)];
  const names = Map.groupBy(sayings, ({ event: [name] }) => name);
  return [...names].map(([name, all]) => {
    const samples = all.map(({ example, event }) => ({ ...(example && { name: example }), payload: event[1] }));
    const examples = samples.filter(
      (sample, at) => samples.findIndex((other) => same(other.payload, sample.payload)) === at,
    );
    const message = { name, title: name, payload: anyOf(all.map(({ payload }) => payload)), examples };
    return { message, about: spoken.examples.heard[name] ?? all[0]?.about ?? '' };
  });
}
