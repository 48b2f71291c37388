import type { AppError } from '@app/common/errors/app-error.js';
import type { Span } from '@app/common/tracing/tracing.js';
import type { KeptConversation } from '../conversations/conversation.rules.js';
import { type Draft, type Head, type KeptMessage, laterHead } from '../messages/message.rules.js';
import { type Clashes, NO_CLASHES } from './contention.rules.js';

/** A message that was kept: now, or by an earlier try of the same `localId`. */
export interface Written {
  message: KeptMessage;
  again: boolean;
}

/** A draft that waits for its place. */
export interface Waiting {
  /** The id of its message, on whichever node it is kept: unique, so that two nodes that try keep it once. */
  id: string;
  draft: Draft;
  tries: number;
  /** Another node's: never forwarded again. */
  foreign: boolean;
  /** It may be kept already: an owner that it was with did not answer, or MongoDB did not. */
  unsure: boolean;
  /** What it is a part of, where that is traced. */
  span?: Span | undefined;
  written: (outcome: Written) => void;
  refused: (error: AppError) => void;
}

/** A draft that was forwarded to a conversation's owner, and when. */
export interface Away {
  waiting: Waiting;
  sentAt: number;
}

/** What a lane knows of its conversation. It may be old: the unique index on `seq` decides, and a clash reads it anew. */
export interface LaneFacts {
  conversation: KeptConversation;
  members: ReadonlySet<string>;
  head: Head;
}

/** One conversation in use on this node: where it stands, who is in it, what waits to be kept. One flight at a time. */
export class Lane {
  readonly waiting: Waiting[] = [];
  flying = false;
  clashes: Clashes = NO_CLASHES;
  /** Until then what waits goes to the owner. Renewed by use. */
  forwardUntil = 0;
  /** Until then others take this node for the owner, so it forwards nothing. */
  ownUntil = 0;
  /** What is with the owner, by message id, in order. */
  readonly away = new Map<string, Away>();
  awayTo = '';
  private raisedDoubts = 0;
  private settledDoubts = 0;
  private heardMembershipSeq = 0;

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

  /** The `seq` of the latest change of membership that was heard of, perhaps before its members are read. */
  get membershipSeq(): number {
    return Math.max(this.heardMembershipSeq, this.conversation.membershipSeq);
  }

  /** True when the facts are known to be behind, and must be read before the next flight. */
  get stale(): boolean {
    return this.raisedDoubts > this.settledDoubts;
  }

  /** How often its facts were doubted; what is read settles the doubts that were raised before. */
  get doubts(): number {
    return this.raisedDoubts;
  }

  doubt(): void {
    this.raisedDoubts++;
  }

  /** Takes over that the conversation stands at least here, and when its members last changed. */
  raise(head: Head, membershipSeq = 0): void {
    this.facts = { ...this.facts, head: laterHead(this.facts.head, head) };
    this.heardMembershipSeq = Math.max(this.heardMembershipSeq, membershipSeq);
    // A raised head would hide from the next flight that the members are old.
    if (membershipSeq > this.conversation.membershipSeq) this.doubt();
  }

  /** Takes over facts that were read anew, after so many doubts. */
  renew(facts: LaneFacts, doubts: number): void {
    this.facts = { ...facts, head: laterHead(this.facts.head, facts.head) };
    this.settledDoubts = Math.max(this.settledDoubts, doubts);
  }
}
