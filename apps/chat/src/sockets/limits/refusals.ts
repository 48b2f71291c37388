import { ERRORS, type ErrorCode } from '@app/contracts/errors.js';
import { type Bucket, takeOne } from './bucket.rules.js';

const WINDOW_MS = 60_000;
/** From here on it is not the client's doing. */
const SERVER_ERROR = 500;

/** Counts what one socket is refused, and calls `cut` once when that is more than `most` in a minute: a refusal is work too. */
export function countRefusals(most: number, cut: () => void): (code: ErrorCode) => void {
  let bucket: Bucket | undefined;
  let isCut = false;
  return (code) => {
    if (isCut || ERRORS[code].http >= SERVER_ERROR) return;
    const taken = takeOne(bucket, Date.now(), { limit: most, windowMs: WINDOW_MS });
    bucket = taken.bucket;
    if (taken.retryAfterMs === 0) return;
    isCut = true;
    cut();
  };
}
