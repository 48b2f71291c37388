import { Injectable } from '@nestjs/common';
import { patiently } from '@app/common/mongo/patience.js';
import type { Conversation, Message, Pagination, Presence } from '@app/contracts/shapes.js';
import type { Asker } from './asker.js';
import { ChangeService, type EditMessage } from './changes/change.service.js';
import type { OpenConversation } from './conversations/conversation.rules.js';
import { ConversationService, type ListConversations, type Participant } from './conversations/conversation.service.js';
import { type MarkRead, ReadingService, type ReadMark } from './conversations/reading.service.js';
import { ViewingService } from './conversations/viewing.service.js';
import { HistoryService, type ReadHistory } from './messages/history.service.js';
import { MessageService, type SendMessage } from './messages/message.service.js';
import { type AddParticipants, MembershipService, type RemoveParticipant } from './membership/membership.service.js';
import { PresenceService } from './presence/presence.service.js';
import { TypingService } from './presence/typing.service.js';
import { type Renewed, SessionService } from './sessions/session.service.js';

interface OfConversation {
  conversationId: string;
}

/** Everything a client may ask of chat: what is asked, and what is answered. */
export interface VerbTypes {
  openConversation: { ask: OpenConversation; answer: { conversation: Conversation; created: boolean } };
  listConversations: { ask: ListConversations; answer: { conversations: Conversation[]; pagination: Pagination } };
  getConversation: { ask: OfConversation; answer: Conversation };
  listParticipants: { ask: OfConversation; answer: Participant[] };
  joinConversation: { ask: OfConversation; answer: OfConversation };
  leaveConversation: { ask: OfConversation; answer: OfConversation };
  sendMessage: { ask: SendMessage; answer: Message };
  readHistory: { ask: ReadHistory; answer: { messages: Message[]; pagination: Pagination } };
  editMessage: { ask: EditMessage; answer: Message };
  deleteMessage: { ask: { messageId: string }; answer: { messageId: string; conversationId: string } };
  addParticipants: { ask: AddParticipants; answer: Participant[] };
  removeParticipant: { ask: RemoveParticipant; answer: Participant[] };
  markRead: { ask: MarkRead; answer: ReadMark };
  setTyping: { ask: OfConversation & { isTyping: boolean }; answer: void };
  authenticate: { ask: { token: string }; answer: Renewed };
  watchPresence: { ask: { userId: string }; answer: Presence };
  unwatchPresence: { ask: { userId: string }; answer: { userId: string } };
}

export type VerbName = keyof VerbTypes;

/** A verb is asked by somebody and answers, or throws an `AppError`. */
export type VerbTable = {
  [V in VerbName]: (who: Asker, ask: VerbTypes[V]['ask']) => Promise<VerbTypes[V]['answer']>;
};

/** How long a verb may take before it is answered that the outcome is unknown. */
const PATIENCE_MS = 2000;
/** The same for a send, whose steps each have less: more than one of them may have to wait. */
const SEND_PATIENCE_MS = 1500;

const soon = <T>(answer: Promise<T>) => patiently(PATIENCE_MS, answer);

/** The verbs, over the services that do them. Dialects know these and nothing below. */
@Injectable()
export class Verbs implements VerbTable {
  constructor(
    private readonly conversations: ConversationService,
    private readonly reading: ReadingService,
    private readonly viewing: ViewingService,
    private readonly messages: MessageService,
    private readonly history: HistoryService,
    private readonly typing: TypingService,
    private readonly sessions: SessionService,
    private readonly presence: PresenceService,
    private readonly changes: ChangeService,
    private readonly membership: MembershipService,
  ) {}

  openConversation: VerbTable['openConversation'] = (who, ask) => soon(this.conversations.open(who, ask));
  listConversations: VerbTable['listConversations'] = (who, ask) => soon(this.conversations.list(who, ask));
  getConversation: VerbTable['getConversation'] = (who, ask) => soon(this.conversations.get(who, ask.conversationId));
  listParticipants: VerbTable['listParticipants'] = (who, ask) =>
    soon(this.conversations.participants(who, ask.conversationId));
  joinConversation: VerbTable['joinConversation'] = (who, ask) => soon(this.viewing.join(who, ask));
  leaveConversation: VerbTable['leaveConversation'] = (who, ask) => soon(this.viewing.leave(who, ask));
  sendMessage: VerbTable['sendMessage'] = (who, ask) => patiently(SEND_PATIENCE_MS, this.messages.send(who, ask));
  readHistory: VerbTable['readHistory'] = (who, ask) => soon(this.history.page(who, ask));
  editMessage: VerbTable['editMessage'] = (who, ask) => soon(this.changes.edit(who, ask));
  deleteMessage: VerbTable['deleteMessage'] = (who, ask) => soon(this.changes.delete(who, ask));
  addParticipants: VerbTable['addParticipants'] = (who, ask) => soon(this.membership.add(who, ask));
  removeParticipant: VerbTable['removeParticipant'] = (who, ask) => soon(this.membership.remove(who, ask));
  markRead: VerbTable['markRead'] = (who, ask) => soon(this.reading.markRead(who, ask));
  setTyping: VerbTable['setTyping'] = (who, ask) => soon(this.typing.type(who, ask));
  authenticate: VerbTable['authenticate'] = (who, ask) => soon(this.sessions.renew(who, ask));
  watchPresence: VerbTable['watchPresence'] = (who, ask) => soon(this.presence.watch(who, ask));
  unwatchPresence: VerbTable['unwatchPresence'] = (who, ask) => soon(this.presence.unwatch(who, ask));
}
