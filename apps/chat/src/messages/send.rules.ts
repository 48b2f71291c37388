/** A person's allowance: at most `limit` sends in any `windowMs`. */
export interface Allowance {
  limit: number;
  windowMs: number;
}

/** The sends of one person that count just now, oldest first, in milliseconds since 1970. */
export type Sends = readonly number[];

/** Counts one more send, or says how long to wait. The window slides: no edge lets twice as many through. */
export function takeSend(sends: Sends, now: number, allowance: Allowance): { sends: Sends; retryAfterMs: number } {
  const counting = sends.filter((at) => at > now - allowance.windowMs);
  const oldest = counting[0];
  if (oldest !== undefined && counting.length >= allowance.limit) {
    return { sends: counting, retryAfterMs: Math.max(1, oldest + allowance.windowMs - now) };
  }
  return { sends: [...counting, now], retryAfterMs: 0 };
}
