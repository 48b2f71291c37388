import { randomBytes } from 'node:crypto';

/** Injection token of this run of the node, as leases and presence know it. */
export const RUN_ID = Symbol('RUN_ID');

/** A name for this run of a node; a node that starts anew under its old name is another run. */
export function runOf(nodeId: string): string {
  return `${nodeId}~${randomBytes(6).toString('base64url')}`;
}
