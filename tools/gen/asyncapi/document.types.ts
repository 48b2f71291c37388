import type { JsonSchema } from './json.schema.ts';

/** A message of the document. */
export interface MessageObject {
  name: string;
  title: string;
  contentType?: string;
  payload: JsonSchema;
  examples: { name?: string; payload: unknown }[];
}

interface Ref {
  $ref: string;
}

/** A channel: a namespace of sockets, a channel or a stream of Redis. */
export interface ChannelObject {
  address: string;
  title: string;
  description?: string;
  servers: Ref[];
  messages: Record<string, MessageObject | Ref>;
}

/** What Parley does in a channel: it receives what a client says, it sends what a client or a service hears. */
export interface OperationObject {
  action: 'send' | 'receive';
  channel: Ref;
  title: string;
  summary?: string;
  description?: string;
  tags: { name: string }[];
  messages: Ref[];
  reply?: { channel: Ref; messages: Ref[] };
}

/** Part of the document: channels, what is done there, and the schemas that both refer to. */
export interface Part {
  channels: Record<string, ChannelObject>;
  operations: Record<string, OperationObject>;
  messages: Record<string, MessageObject>;
}

/** A reference to a part of the document. */
export const ref = (...path: string[]): Ref => ({
  $ref: `#/${path.map((step) => step.replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`,
});
