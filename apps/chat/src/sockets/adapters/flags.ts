import type { Head } from '../../messages/message.rules.js';

/** Rides on a broadcast, so that every node that delivers a message learns where its conversation stands. */
export interface HeadFlag extends Head {
  conversationId: string;
  /** The `seq` of the latest change of membership that the sending node knows of. */
  membershipSeq: number;
}

/** A broadcast's flags, with ours. */
export interface Flags {
  local?: boolean;
  volatile?: boolean;
  head?: HeadFlag;
}
