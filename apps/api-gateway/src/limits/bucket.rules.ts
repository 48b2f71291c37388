/** So many in so long. */
export interface Allowance {
  limit: number;
  windowMs: number;
}

/** What is left of an allowance after one was asked for. */
export interface Left {
  limit: number;
  /** How many more may come at once. */
  remaining: number;
  /** When all of them may come again, in milliseconds. */
  resetMs: number;
  /** 0 for one that may go, else how long to wait. */
  retryAfterMs: number;
}

/**
 * Takes one out of a bucket that fills up evenly, in one window from empty to full. All that is kept of a bucket is when it
 * will be full; undefined is a full one. Answers what is left, and when it is full now.
 */
export function takeOne(fullAt: number | undefined, now: number, { limit, windowMs }: Allowance) {
  const each = windowMs / limit;
  const from = Math.max(fullAt ?? 0, now);
  const wait = from + each - now - windowMs;
  // Sums of fractions of milliseconds are never exact.
  if (wait > 0.001) {
    return { fullAt: from, left: { limit, remaining: 0, resetMs: from - now, retryAfterMs: Math.ceil(wait) } };
  }
  const remaining = Math.floor(-wait / each + 0.001);
  return { fullAt: from + each, left: { limit, remaining, resetMs: from + each - now, retryAfterMs: 0 } };
}

/** Of several allowances the one to tell of: that which was empty for longest, else that with the least left. */
export function tightest(all: readonly Left[]): Left | undefined {
  return all.toSorted((a, b) => b.retryAfterMs - a.retryAfterMs || a.remaining - b.remaining)[0];
}

/** The headers of the field that tell a client about its allowance. */
export function headersOf({ limit, remaining, resetMs }: Left): Record<string, number> {
  return {
    'RateLimit-Limit': limit,
    'RateLimit-Remaining': remaining,
    'RateLimit-Reset': Math.ceil(resetMs / 1000),
  };
}
