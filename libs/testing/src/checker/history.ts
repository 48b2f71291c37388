import type { SystemNote } from '@app/contracts/shapes.js';
import type { Pushes } from './pushes.js';

/** One try of a send, as its client saw it. Tries of one message have the same sender and `localId`. */
export interface Send {
  conversationId: string;
  senderId: string;
  /** Sends of one session were started in the order they are listed: one socket, serially or pipelined. */
  session: string;
  localId?: string;
  /** Unlike the text of any other message. */
  text: string;
  /** Through which node; for reports. */
  node: string;
  /** Milliseconds by one clock. */
  startedAt: number;
  /** Absent when no answer ever came. */
  endedAt?: number;
  /** `failed` is a definitive refusal; what may or may not have happened is `unknown`. */
  outcome: 'acked' | 'failed' | 'unknown';
  /** Of an acked try. */
  messageId?: string;
  seq?: number;
}

/** A message as somebody saw it. */
export interface Seen {
  conversationId: string;
  messageId: string;
  seq: number;
  text: string;
  /** Milliseconds since 1970, as the server says. */
  createdAt: number;
  /** Nobody sent it: it tells of a change. */
  system?: boolean;
  /** Where it was read back: who sent it, and the change of members that it tells of. */
  senderId?: string;
  change?: SystemNote;
}

/** A live event at one device. */
export interface Heard extends Seen {
  device: string;
}

/** A message that a device has shown as the next one of its conversation, live or by syncing. */
export interface Shown {
  device: string;
  conversationId: string;
  seq: number;
}

/** All that the clients of a run saw, once everything has healed and every device has synced to the end. */
export interface History {
  sends: Send[];
  heard: Heard[];
  shown: Shown[];
  /** Every conversation, read back from its first to its last message, in the order the pages gave. */
  kept: Seen[];
  /** Where pushes were part of the run. */
  pushes?: Pushes;
}

/** A broken promise: which guarantee, of which conversation, and what was seen. */
export interface Violation {
  guarantee: 'G1' | 'G2' | 'G3' | 'G4' | 'G6' | 'G9' | 'G10' | 'G13';
  conversationId: string;
  what: string;
}
