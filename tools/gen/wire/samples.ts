import type { DomainEvents } from '../../../apps/chat/src/domain-events.ts';
import type { Message, Presence } from '../../../libs/contracts/src/shapes.ts';

const conversationId = '68f0c0ffee0000000000a0b1';
const messageId = '68f0c0ffee0000000000c0d1';
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

const presence: Presence = { userId: 'ben', online: true };

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
