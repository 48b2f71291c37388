import type { Message, Person } from './shapes.js';

/** CloudEvents 1.0 in JSON: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md */
export interface CloudEvent<Type extends string, Data> {
  specversion: '1.0';
  /** Unique with `source`; the same event that comes twice has the same id. */
  id: string;
  source: string;
  type: Type;
  subject: string;
  /** ISO 8601 in UTC. */
  time: string;
  datacontenttype: 'application/json';
  data: Data;
}

/** `data` of `message.created`. */
export interface MessageCreated {
  message: Message;
  conversation: { id: string; kind: ConversationKind; name?: string };
  sender: Person;
  participantCount: number;
  /** At most 50; larger groups are read from the chat service. */
  participantIds: string[];
}

export type ConversationKind = 'direct' | 'group' | 'support';

/** Event type → its data. */
export interface EventData {
  'message.created': MessageCreated;
}

export type EventType = keyof EventData;

/** One published event of the given type. */
export type PublishedEvent<T extends EventType = EventType> = CloudEvent<T, EventData[T]>;
