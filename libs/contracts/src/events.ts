import type { Message, Person } from './shapes.js';

/** CloudEvents 1.0 in JSON: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md */
export interface CloudEvent<Type extends string, Data> {
  specversion: '1.0';
  /** Unique with `source`; the same event that comes twice has the same id. */
  id: string;
  source: string;
  type: Type;
  /** The id of the conversation. */
  subject: string;
  /** @format date-time */
  time: string;
  datacontenttype: 'application/json';
  /** An extension attribute: this event is published again, because an earlier publication may have been lost. */
  replayed?: true;
  data: Data;
}

/** What every event says of the conversation it happened in. */
export interface EventConversation {
  conversation: { id: string; kind: ConversationKind; name?: string };
  participantCount: number;
  /** At most 50; larger groups are read from the chat service. */
  participantIds: string[];
}

/** `data` of `message.created`. */
export interface MessageCreated extends EventConversation {
  message: Message;
  sender: Person;
}

/** Edits and deletions have a number in their conversation that grows from one to the next. */
export interface Numbered {
  change: number;
}

/** `data` of `message.updated`: the message as it is now. */
export interface MessageUpdated extends MessageCreated, Numbered {}

/** `data` of `message.deleted`. */
export interface MessageDeleted extends EventConversation, Numbered {
  messageId: string;
  deletedBy: string;
}

/** `data` of `message.read`: somebody has read everything up to a place. */
export interface MessageRead extends EventConversation {
  userId: string;
  upToSeq: number;
  /** The newly read ones, at most 100; none when it is published again, as nobody remembers where the mark was. */
  messageIds: string[];
}

/** `data` of `conversation.created`. */
export interface ConversationCreated extends EventConversation {
  createdBy: string;
  /** The host app's object that the conversation is about. */
  propertyId?: string;
}

/** `data` of `conversation.updated`: somebody came or left. */
export interface ConversationUpdated extends EventConversation {
  /** The place of the system message that tells of it: it orders these events. */
  seq: number;
  updatedBy: string;
  addedIds: string[];
  removedIds: string[];
}

export type ConversationKind = 'direct' | 'group' | 'support';

/** Event type → its data. */
export interface EventData {
  'message.created': MessageCreated;
  'message.updated': MessageUpdated;
  'message.deleted': MessageDeleted;
  'message.read': MessageRead;
  'conversation.created': ConversationCreated;
  'conversation.updated': ConversationUpdated;
}

export type EventType = keyof EventData;

/** One published event of the given type. */
export type PublishedEvent<T extends EventType = EventType> = CloudEvent<T, EventData[T]>;
