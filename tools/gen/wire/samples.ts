import type { DomainEvents } from '../../../apps/chat/src/domain-events.ts';
import type { Conversation, Message, Pagination, Presence } from '../../../libs/contracts/src/shapes.ts';

const conversationId = '68f0c0ffee0000000000a0b1';
const messageId = '68f0c0ffee0000000000c0d1';
const mediaId = '68f0c0ffee0000000000e0f1';
const localId = 'b7d1f6b0-0001';

const message: Message = {
  _id: messageId,
  conversationId,
  seq: 42,
  senderId: 'ana',
  sender: { id: 'ana', name: 'Ana' },
  text: 'See you at eight',
  attachments: [],
  meta: { edited: false, editedAt: null },
  readBy: ['ana'],
  createdAt: '2026-11-21T19:30:00.000Z',
};

const edited: Message = {
  ...message,
  text: 'See you at nine',
  meta: { edited: true, editedAt: '2026-11-21T19:31:00.000Z' },
};

const withFile: Message = {
  ...message,
  text: '',
  attachments: [
    {
      mediaId,
      url: `http://localhost:3000/api/v1/media/${mediaId}`,
      name: 'holiday.jpg',
      contentType: 'image/jpeg',
      size: 48213,
    },
  ],
};

const deleted: Message = { ...message, text: '', deletedAt: '2026-11-21T19:32:00.000Z' };

const system: Message = {
  ...message,
  _id: '68f0c0ffee0000000000c0d2',
  seq: 43,
  text: 'Ana added cem',
  system: { event: 'participants.added', userIds: ['cem'] },
};

const presence: Presence = { userId: 'ben', online: true };
const offline: Presence = { userId: 'ben', online: false, lastSeen: '2026-11-21T19:35:00.000Z' };

/** An example of every domain event; a new event does not compile until it has one. */
export const events: DomainEvents = {
  'message.created': { conversationId, message, localId, membershipSeq: 3 },
  'message.updated': { conversationId, message: edited, change: 7 },
  'message.deleted': { conversationId, messageId, change: 8 },
  'conversation.updated': {
    conversationId,
    participantIds: ['ana', 'ben', 'cem'],
    participantCount: 3,
    addedIds: ['cem'],
    removedIds: [],
  },
  'message.read': { conversationId, userId: 'ben', messageIds: [messageId], upToSeq: 42 },
  typing: { conversationId, user: { id: 'ana', name: 'Ana' }, isTyping: true },
  'presence.changed': presence,
};

/** Other examples of a domain event, each with what it is an example of. */
export const others: { [E in keyof DomainEvents]?: [what: string, event: DomainEvents[E]][] } = {
  'presence.changed': [['Of somebody who has gone', offline]],
};

/** Verb → an example of its answer. */
export const answers: Record<string, unknown> = {
  joinConversation: { conversationId },
  leaveConversation: { conversationId },
  sendMessage: { ...message, localId },
  editMessage: { ...edited, localId },
  deleteMessage: { messageId, conversationId },
  markRead: { conversationId, upToSeq: 42, messageIds: [messageId] },
  setTyping: undefined,
  authenticate: { userId: 'ana', expiresAt: '2026-11-21T20:30:00.000Z' },
  watchPresence: presence,
  unwatchPresence: { userId: 'ben' },
};

/** Dialect → wire event → an example of what a client sends; each is validated by the event's own shape. */
export const inputs: Record<string, Record<string, object>> = {
  native: {
    join_conversation: { conversationId },
    leave_conversation: { conversationId },
    message_send: { conversationId, text: message.text, localId },
    message_edit: { messageId, newText: edited.text },
    message_delete: { messageId },
    message_read: { conversationId, messageIds: [messageId] },
    typing: { conversationId, isTyping: true },
    authenticate: { token: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbmEifQ.c2lnbmF0dXJl' },
    presence_subscribe: { userId: 'ben' },
    presence_unsubscribe: { userId: 'ben' },
  },
};

const conversation: Conversation = {
  _id: conversationId,
  participantIds: ['ana', 'ben'],
  participantCount: 2,
  isGroup: false,
  lastMessage: { _id: messageId, seq: 42, text: message.text, senderId: 'ana', createdAt: message.createdAt },
  unreadCounts: { ben: 2 },
  createdAt: '2026-11-20T08:00:00.000Z',
  updatedAt: message.createdAt,
};

const pagination: Pagination = { limit: 50, hasMore: true, before: messageId };

/** Shape → an example of it in an answer over REST; each is compared with the routes' document. */
export const restSamples = {
  ConversationAnswer: conversation,
  MessageShape: { ...message, localId },
  ParticipantShape: { id: 'ana', name: 'Ana', role: 'owner', joinedAt: '2026-11-20T08:00:00.000Z' },
  ReadMarkShape: answers.markRead,
  DeletedShape: answers.deleteMessage,
  PaginationShape: pagination,
};

/** Messages that are more than a text, each with what it is. */
export const messages: [what: string, sample: Message][] = [
  ['With a file', withFile],
  ['Deleted', deleted],
  ['A system message', system],
];
