/** A person as others see them. Ids are opaque strings of at most 128 characters: the host app's own. */
export interface Person {
  id: string;
  name: string;
  picture?: string;
}

/** Whether somebody is online. */
export interface Presence {
  userId: string;
  online: boolean;
  /**
   * There for those who are not, and once were.
   * @format date-time
   */
  lastSeen?: string;
}

/** A file of a message; `url` comes from the media service's record, never from the sender. */
export interface Attachment {
  mediaId: string;
  url: string;
  name?: string;
  contentType: string;
  /** Size in bytes. */
  size: number;
}

/** A message as the native contract shows it. Times are ISO 8601 in UTC. */
export interface Message {
  _id: string;
  conversationId: string;
  /** Dense position in the conversation: 1, 2, 3 … It orders, pages and marks reading. */
  seq: number;
  senderId: string;
  sender: Person;
  text: string;
  attachments: Attachment[];
  meta: {
    edited: boolean;
    /** @format date-time */
    editedAt: string | null;
  };
  /** Members who have read it, at most 50. */
  readBy: string[];
  /** @format date-time */
  createdAt: string;
  /** The sender's own id of this message; shown to the sender only. */
  localId?: string;
  /**
   * There for a deleted message, whose text and attachments are gone.
   * @format date-time
   */
  deletedAt?: string;
  /** There for a message that nobody wrote: what it tells, as data. */
  system?: SystemNote;
}

/** What a system message tells: who came into a conversation, or left it. */
export interface SystemNote {
  event: 'participants.added' | 'participants.removed';
  userIds: string[];
}

/** The last message of a conversation, as lists show it. */
export interface Preview {
  _id: string;
  seq: number;
  text: string;
  senderId: string;
  createdAt: string;
}

/** A conversation as one of its members sees it. */
export interface Conversation {
  _id: string;
  /** At most 50; `GET /conversations/:id/participants` lists all. */
  participantIds: string[];
  participantCount: number;
  isGroup: boolean;
  name?: string;
  /** The host app's object this conversation is about. */
  propertyId?: string;
  lastMessage: Preview | null;
  /** One entry: the asking person's own count. */
  unreadCounts: Record<string, number>;
  createdAt: string;
  updatedAt: string;
}

/** Where a list goes on. */
export interface Pagination {
  limit: number;
  hasMore: boolean;
  /** Give it as `before` to get the next page; null on the last one. */
  before: string | null;
}

/** REST: success. */
export interface Envelope<T> {
  success: true;
  message: string;
  data: T;
  pagination?: Pagination;
}

/** REST: failure. */
export interface ErrorEnvelope {
  success: false;
  message: string;
  code: string;
  errorId?: string;
  retryAfterMs?: number;
}
