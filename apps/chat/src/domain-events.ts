import type { Message, Person, Presence } from '@app/contracts/shapes.js';

/** Who hears of a message besides, or in spite of, the conversation's room. */
interface ByPerson {
  /** Their sockets may not have joined the room yet. */
  alsoTo?: readonly string[];
  /** Their sockets are in the room, but they came after the message, and it is never shown to them. */
  notTo?: readonly string[];
}

/** What chat tells its dialects. An event reaches everyone in its conversation unless its fields say otherwise. */
export interface DomainEvents {
  'message.created': {
    conversationId: string;
    /** As everyone sees it, without `localId`. */
    message: Message;
    localId?: string;
    /** The `seq` of the latest change of membership: a node that knows an earlier one reads its members anew. */
    membershipSeq: number;
  } & ByPerson;
  /** A message was edited. `change` grows within a conversation: of two events of a message, the higher one holds. */
  'message.updated': { conversationId: string; message: Message; change: number } & ByPerson;
  /** A message is a tombstone now. */
  'message.deleted': { conversationId: string; messageId: string; change: number } & ByPerson;
  /** Somebody came or left; those who left hear it too. */
  'conversation.updated': {
    conversationId: string;
    participantIds: string[];
    participantCount: number;
    addedIds: string[];
    removedIds: string[];
  };
  'message.read': {
    conversationId: string;
    userId: string;
    /** The newly read ones, at most 100. */
    messageIds: string[];
    upToSeq: number;
  };
  typing: { conversationId: string; user: Person; isTyping: boolean };
  /** Somebody came online or went offline; those hear it who watch them. */
  'presence.changed': Presence;
}

export type DomainEvent = keyof DomainEvents;

/** Tells events to whoever listens, on every node. Never waits and never fails: live events are hints. */
export abstract class Teller {
  abstract tell<E extends DomainEvent>(name: E, event: DomainEvents[E]): void;

  /** Tells an event to those only who listen at this node. */
  abstract tellHere<E extends DomainEvent>(name: E, event: DomainEvents[E]): void;

  /** Lets people's sockets, on every node, hear a conversation that they have become members of. */
  abstract admit(conversationId: string, userIds: readonly string[]): void;

  /** Takes people's sockets, on every node, out of a conversation that they are no longer members of. */
  abstract dismiss(conversationId: string, userIds: readonly string[]): void;

  /**
   * Lets a socket of this node hear a conversation once `check` resolves; resolves when also what other nodes say there
   * arrives. False when the person was taken out of the conversation meanwhile.
   */
  abstract listen(connectionId: string, conversationId: string, check: () => Promise<unknown>): Promise<boolean>;

  /** Lets a socket of this node hear of somebody's presence, from every node once this resolves; false when it is closed. */
  abstract watch(connectionId: string, userId: string): Promise<boolean>;

  abstract unwatch(connectionId: string, userId: string): void;

  /** Ends, on every node, the watching between those who left a conversation and those who stay in it. */
  abstract part(conversationId: string, leftIds: readonly string[], stayIds: readonly string[]): void;

  /** Calls `hear` whenever a socket of this node has ceased to hear of somebody's presence, for whatever reason. */
  abstract whenUnwatched(hear: (connectionId: string, userId: string) => void): void;
}
