import type { Message, Person } from '@app/contracts/shapes.js';

/** What chat tells its dialects. An event reaches everyone in its conversation unless its fields say otherwise. */
export interface DomainEvents {
  'message.created': {
    conversationId: string;
    /** As everyone sees it, without `localId`. */
    message: Message;
    localId?: string;
    /** Also told by person, as their sockets may not have joined the room yet. */
    alsoTo?: readonly string[];
  };
  'message.read': {
    conversationId: string;
    userId: string;
    /** The newly read ones, at most 100. */
    messageIds: string[];
    upToSeq: number;
  };
  typing: { conversationId: string; user: Person; isTyping: boolean };
}

export type DomainEvent = keyof DomainEvents;

/** Tells events to whoever listens, on every node. Never waits and never fails: live events are hints. */
export abstract class Teller {
  abstract tell<E extends DomainEvent>(name: E, event: DomainEvents[E]): void;

  /** Lets people's sockets, on every node, hear a conversation that they have become members of. */
  abstract admit(conversationId: string, userIds: readonly string[]): void;

  /** Resolves when what other nodes say in a conversation arrives at a socket of this node that has joined it. */
  abstract listen(connectionId: string, conversationId: string): Promise<void>;
}
