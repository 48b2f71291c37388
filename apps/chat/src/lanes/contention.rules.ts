import { createHash } from 'node:crypto';

/** What a lane remembers of places it lost to other nodes. */
export interface Clashes {
  /** Lost since it last kept a message. */
  inRow: number;
  lastAt: number;
}

export const NO_CLASHES: Clashes = { inRow: 0, lastAt: -Infinity };

const IN_A_ROW = 2;
const WITHIN_MS = 1000;

/** Counts a clash, and says whether others write into the conversation so much that it needs an owner. */
export function clashed(before: Clashes, now: number): { clashes: Clashes; contended: boolean } {
  const clashes = { inRow: before.inRow + 1, lastAt: now };
  return { clashes, contended: clashes.inRow >= IN_A_ROW || now - before.lastAt <= WITHIN_MS };
}

/** A conversation's owner among the nodes: by rendezvous hash, so that a node that goes moves only its own conversations. */
export function ownerOf(conversationId: string, nodes: readonly string[]): string | undefined {
  let owner: string | undefined;
  let heaviest = -1;
  for (const node of nodes) {
    const weight = createHash('sha1').update(`${conversationId} ${node}`).digest().readUIntBE(0, 6);
    if (weight > heaviest) [owner, heaviest] = [node, weight];
  }
  return owner;
}
