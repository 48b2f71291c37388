import type { EventData, EventType, PublishedEvent } from '../../../libs/contracts/src/events.ts';
import { events } from '../wire/samples.ts';

const { conversationId, message } = events['message.created'];
const { message: edited, change } = events['message.updated'];
const { messageId } = events['message.deleted'];
const { userId, upToSeq, messageIds } = events['message.read'];

const ana = { id: 'ana', name: 'Ana' };
const within = {
  conversation: { id: conversationId, kind: 'group', name: 'Weekend' },
  participantCount: 2,
  participantIds: ['ana', 'ben'],
} as const;
const room = { ...within, participantIds: [...within.participantIds] };

/** An example of each type's data; a new type does not compile until it has one. */
const data: EventData = {
  'message.created': { message, sender: ana, ...room },
  'message.updated': { message: edited, sender: ana, change, ...room },
  'message.deleted': { messageId, deletedBy: 'ana', change: change + 1, ...room },
  'message.read': { userId, upToSeq, messageIds, ...room },
  'conversation.created': { createdBy: 'ana', propertyId: 'flat-7', ...room },
  'conversation.updated': { updatedBy: 'ana', addedIds: ['cem'], removedIds: [], seq: 43, ...room },
};

const eventOf = <T extends EventType>(type: T): PublishedEvent<T> => ({
  specversion: '1.0',
  id: '68f0c0ffee0000000000c0d9',
  source: 'chat-service',
  type,
  subject: conversationId,
  time: message.createdAt,
  datacontenttype: 'application/json',
  data: data[type],
});

/** Event type → what is published. */
export type Published = { [T in EventType]: PublishedEvent<T> };

/** An example of what is published of each type. */
export const published = Object.fromEntries(
  (Object.keys(data) as EventType[]).map((type) => [type, eventOf(type)]),
) as unknown as Published;
