/** Timers above 2^31 - 1 ms fire at once, so none is set for longer than this. */
const LONGEST_TIMER_MS = 24 * 60 * 60 * 1000;

/** When a connection ends unless it is renewed: with its token, or, if that has no end, at the age that is allowed. */
export function endOf(token: { expiresAt?: number }, now: number, mostMs: number): number {
  return token.expiresAt ?? now + mostMs;
}

/** How long to wait before looking at the clock again. */
export function nextLook(now: number, endsAt: number): number {
  return Math.min(Math.max(0, endsAt - now), LONGEST_TIMER_MS);
}
