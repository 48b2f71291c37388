import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';

/** A message of the document. */
interface Message {
  payload: object;
  examples: { payload: unknown }[];
}

/** What of `asyncapi/events.json` tests need. */
interface EventsDocument {
  channels: Record<string, { address: string; messages: Record<string, Message | { $ref: string }> }>;
  operations: Record<string, { messages: { $ref: string }[]; reply?: { messages: { $ref: string }[] } }>;
  components: { messages: Record<string, Message>; schemas: Record<string, object> };
}

/** Clients take fields they do not know; a test does not: they would be fields that nobody has documented. */
const closed = (schema: object): object =>
  JSON.parse(
    JSON.stringify(schema, (_, part: unknown) =>
      typeof part === 'object' && part !== null && 'properties' in part
        ? { additionalProperties: false, ...part }
        : part,
    ),
  ) as object;

/** The document of socket and Redis events, to hold what comes over the wire against. */
export class Events {
  readonly document: EventsDocument;
  readonly #ajv = new Ajv({ allErrors: true, allowUnionTypes: true });
  readonly #known = new Map<string, ValidateFunction>();

  constructor() {
    const path = join(import.meta.dirname, '../../../../asyncapi/events.json');
    this.document = JSON.parse(readFileSync(path, 'utf8')) as EventsDocument;
    formats.default(this.#ajv);
    this.#ajv.addKeyword('components');
  }

  /** The names of a channel's messages. */
  messagesOf(channel: string): string[] {
    return Object.keys(this.document.channels[channel]?.messages ?? {});
  }

  /** A message of a channel: `say.…`, `ack.…`, `hear.…`, or the type of an event. */
  message(channel: string, name: string): Message {
    const found = this.document.channels[channel]?.messages[name];
    if (!found) throw new Error(`${channel} has no message ${name}`);
    return 'payload' in found ? found : (this.document.components.messages[name] as Message);
  }

  /** What is wrong with a payload; nothing when it is as documented. */
  problems(channel: string, name: string, payload: unknown): string[] {
    const key = `${channel} ${name}`;
    const validate = this.#known.get(key) ?? this.#compiled(this.message(channel, name).payload);
    this.#known.set(key, validate);
    return validate(payload)
      ? []
      : (validate.errors ?? []).map(
          (error) => `${name}${error.instancePath}: ${error.message} ${JSON.stringify(error.params)}`,
        );
  }

  #compiled(payload: object): ValidateFunction {
    return this.#ajv.compile(closed({ ...payload, components: { schemas: this.document.components.schemas } }));
  }
}
