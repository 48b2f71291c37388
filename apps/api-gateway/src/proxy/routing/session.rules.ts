/** Engine.IO's own answer to a session it does not know, upon which every client starts anew. */
export const SESSION_UNKNOWN = { code: 1, message: 'Session ID unknown' } as const;

/** What an Engine.IO request says of its session: none yet, or the node that made it (undefined: nobody of ours). */
export type SessionClaim = 'none' | { node: string | undefined };

/** Chat nodes make session ids `<node>.<random>`, so that no cookie is needed to find the node again. */
export function sessionClaimOf(query: string): SessionClaim {
  const sid = new URLSearchParams(query).get('sid');
  if (sid === null || sid === '') return 'none';
  const dot = sid.lastIndexOf('.');
  return { node: dot > 0 ? sid.slice(0, dot) : undefined };
}
