import type { AppError } from '@app/common/errors/app-error.js';
import type { KeptConversation } from '../conversations/conversation.repository.js';
import { type Draft, type Head, type KeptMessage, laterHead } from '../messages/message.rules.js';

/** A message that was kept: now, or by an earlier try of the same `localId`. */
export interface Written {
  message: KeptMessage;
  again: boolean;
}

/** A draft that waits for its place. */
export interface Waiting {
  id: string;
  draft: Draft;
  tries: number;
  written: (outcome: Written) => void;
  refused: (error: AppError) => void;
}

/** What a lane knows of its conversation. It may be stale: the unique index on `seq` decides, and a clash reads it anew. */
export interface LaneFacts {
  conversation: KeptConversation;
  members: ReadonlySet<string>;
  head: Head;
}

/** One conversation in use on this node: where it stands, who is in it, what waits to be kept. One flight at a time. */
export class Lane {
  readonly waiting: Waiting[] = [];
  flying = false;
  /** True when the facts are known to be behind, and must be read before the next flight. */
  stale = false;

  constructor(
    readonly conversationId: string,
    private facts: LaneFacts,
  ) {}

  get head(): Head {
    return this.facts.head;
  }

  get conversation(): KeptConversation {
    return this.facts.conversation;
  }

  get members(): ReadonlySet<string> {
    return this.facts.members;
  }

  /** Takes over that the conversation stands at least here. */
  raise(head: Head): void {
    this.facts = { ...this.facts, head: laterHead(this.facts.head, head) };
  }

  /** Takes over facts that were read anew. */
  renew(facts: LaneFacts): void {
    this.facts = { ...facts, head: laterHead(this.facts.head, facts.head) };
    this.stale = false;
  }
}
