import { type Bucket, takeOne } from './bucket.rules.js';

const allowance = { limit: 3, windowMs: 3000 };

/** Takes at each of these times; 0 means that it went. */
function taken(...times: number[]): number[] {
  let bucket: Bucket | undefined;
  return times.map((now) => {
    const answer = takeOne(bucket, now, allowance);
    bucket = answer.bucket;
    return answer.retryAfterMs;
  });
}

describe('a bucket', () => {
  it('gives a burst, then one for each part of the window', () => {
    expect(taken(0, 0, 0, 0, 400, 1000, 1000)).toEqual([0, 0, 0, 1000, 600, 0, 1000]);
  });

  it('never holds more than its limit, however long it waits', () => {
    expect(taken(0, 60_000, 60_000, 60_000, 60_000)).toEqual([0, 0, 0, 0, 1000]);
  });

  it('is not emptied by asking, nor by a clock that goes back', () => {
    expect(taken(1000, 1000, 1000, 1000, 1000, 0, 2000)).toEqual([0, 0, 0, 1000, 1000, 1000, 0]);
  });
});
