import type { Message } from '@app/contracts/shapes.js';
import { type Dialect, row } from '../dialect.js';
import {
  AuthenticateShape,
  ConversationShape,
  EditMessageShape,
  MessageIdShape,
  PresenceShape,
  ReadMessagesShape,
  SendMessageShape,
  TypingShape,
} from './shapes.js';

/** What `message_new` says. */
interface NewMessage {
  message: Message;
  /** Only on the sender's own sockets, in the message too. */
  localId?: string;
}

/** The native socket contract: s4's names, in the namespace `/chat`. */
export const native: Dialect = {
  name: 'native',
  namespace: '/chat',

  hears: {
    join_conversation: row('joinConversation', ConversationShape, (data) => ({
      data,
      says: ['joined_conversation', data],
    })),
    leave_conversation: row('leaveConversation', ConversationShape, (data) => ({ data })),
    message_send: row('sendMessage', SendMessageShape, (data) => ({ data })),
    message_edit: row('editMessage', EditMessageShape, (data) => ({ data })),
    message_delete: row('deleteMessage', MessageIdShape, (data) => ({ data })),
    message_read: row('markRead', ReadMessagesShape, (data) => ({ data })),
    typing: row('setTyping', TypingShape, () => ({ data: null })),
    authenticate: row('authenticate', AuthenticateShape, (data) => ({ data })),
    presence_subscribe: row('watchPresence', PresenceShape, (data) => ({ data, says: ['presence_update', data] })),
    presence_unsubscribe: row('unwatchPresence', PresenceShape, (data) => ({ data })),
  },

  says: {
    'message.created': ({ message, localId }, to): [string, NewMessage] =>
      to === 'sender' && localId !== undefined
        ? ['message_new', { message: { ...message, localId }, localId }]
        : ['message_new', { message }],
    'message.updated': ({ message, change }) => ['message_updated', { message, change }],
    'message.deleted': ({ conversationId, messageId, change }) => [
      'message_deleted',
      { messageId, conversationId, change },
    ],
    'conversation.updated': (changed) => ['conversation_updated', changed],
    'message.read': ({ conversationId, userId, messageIds, upToSeq }) => [
      'message_read_update',
      { conversationId, userId, messageIds, upToSeq },
    ],
    typing: ({ conversationId, user, isTyping }) => ['typing', { conversationId, userId: user.id, isTyping }],
    'presence.changed': (presence) => ['presence_update', presence],
  },

  fails: (error, wireEvent) => (wireEvent === 'typing' ? null : ['error', error.toWire()]),
};
