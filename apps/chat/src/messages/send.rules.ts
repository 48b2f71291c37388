/** A person's allowance: at most `limit` sends in any `windowMs`. */
export interface Allowance {
  limit: number;
  windowMs: number;
}

/** Sends within this part of a window are one moment, so that a person is few numbers however large the limit. */
const MOMENTS = 100;

/** Sends shortly after one another, in milliseconds since 1970; all of them count until the last has left the window. */
interface Moment {
  from: number;
  last: number;
  count: number;
}

/** The sends of one person that count just now, oldest first. */
export type Sends = readonly Moment[];

/** Counts one more send, or says how long to wait. The window slides: no edge lets twice as many through. */
export function takeSend(sends: Sends, now: number, allowance: Allowance): { sends: Sends; retryAfterMs: number } {
  const { limit, windowMs } = allowance;
  const counting = sends.filter(({ last }) => last > now - windowMs);
  const [oldest] = counting;
  if (oldest && counting.reduce((sum, { count }) => sum + count, 0) >= limit) {
    return { sends: counting, retryAfterMs: Math.max(1, oldest.last + windowMs - now) };
  }
  const latest = counting.at(-1);
  if (!latest || now - latest.from >= windowMs / MOMENTS) {
    return { sends: [...counting, { from: now, last: now, count: 1 }], retryAfterMs: 0 };
  }
  return { sends: counting.with(-1, { ...latest, last: now, count: latest.count + 1 }), retryAfterMs: 0 };
}

/**
 * When a refused send may come back: when the next may go, and one after another if several wait, as all of them at once
 * would be refused again but for one. At most two windows away, in milliseconds since 1970.
 */
export function turnAfter(last: number, next: number, { limit, windowMs, now }: Allowance & { now: number }): number {
  return last < next ? next : Math.min(last + Math.ceil(windowMs / limit), now + 2 * windowMs);
}
