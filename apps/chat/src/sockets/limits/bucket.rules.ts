/** So many in so long. */
export interface Allowance {
  limit: number;
  windowMs: number;
}

/** A token bucket: what is left of the allowance, as of a time. It fills up again in one window. */
export interface Bucket {
  left: number;
  at: number;
}

/** Takes one, if one is left: the bucket afterwards, and how long to wait when it was empty. */
export function takeOne(bucket: Bucket | undefined, now: number, allowance: Allowance) {
  const { limit, windowMs } = allowance;
  const refilled = bucket ? bucket.left + (Math.max(0, now - bucket.at) * limit) / windowMs : limit;
  const left = Math.min(limit, refilled);
  if (left >= 1) return { bucket: { left: left - 1, at: now }, retryAfterMs: 0 };
  return { bucket: { left, at: now }, retryAfterMs: Math.ceil(((1 - left) * windowMs) / limit) };
}
