import { headersOf, type Left, takeOne, tightest } from './bucket.rules.js';

const allowance = { limit: 3, windowMs: 3000 };

/** Takes at each of these times. */
function takes(...times: number[]): Left[] {
  let fullAt: number | undefined;
  return times.map((now) => {
    const answer = takeOne(fullAt, now, allowance);
    fullAt = answer.fullAt;
    return answer.left;
  });
}

const waits = (...times: number[]) => takes(...times).map(({ retryAfterMs }) => retryAfterMs);

describe('a bucket', () => {
  it('gives a burst, then one for each part of the window', () => {
    expect(waits(5000, 5000, 5000, 5000, 5400, 6000, 6000)).toEqual([0, 0, 0, 1000, 600, 0, 1000]);
  });

  it('never gives more than twice its limit in one window', () => {
    const times = Array.from({ length: 3000 }, (_, ms) => 10_000 + ms);
    expect(waits(...times).filter((wait) => wait === 0)).toHaveLength(5);
  });

  it('never holds more than its limit, however long it waits', () => {
    expect(waits(1, 60_000, 60_000, 60_000, 60_000)).toEqual([0, 0, 0, 0, 1000]);
  });

  it('is not emptied by asking, nor filled by a clock that goes back', () => {
    expect(waits(1000, 1000, 1000, 1000, 1000, 0, 2000)).toEqual([0, 0, 0, 1000, 1000, 2000, 0]);
  });

  it('says what is left and when all of it is back', () => {
    expect(takes(1000, 1000, 2500).map(({ remaining, resetMs }) => [remaining, resetMs])).toEqual([
      [2, 1000],
      [1, 2000],
      [1, 1500],
    ]);
    const large = { limit: 6000, windowMs: 60_000 };
    let fullAt: number | undefined;
    const remaining = Array.from({ length: 6001 }, () => {
      const answer = takeOne(fullAt, 1_700_000_000_000, large);
      fullAt = answer.fullAt;
      return answer.left.remaining;
    });
    expect(remaining).toEqual([...Array.from({ length: 6000 }, (_, n) => 5999 - n), 0]);
  });
});

describe('of several buckets', () => {
  const left = (remaining: number, retryAfterMs = 0): Left => ({ limit: 9, remaining, resetMs: 1001, retryAfterMs });

  it('the emptiest is told of, and before it the one to wait for longest', () => {
    expect(tightest([left(5), left(2), left(7)])).toEqual(left(2));
    expect(tightest([left(0, 10), left(0, 500), left(0)])).toEqual(left(0, 500));
    expect(tightest([])).toBeUndefined();
  });

  it('the headers are whole numbers of seconds', () => {
    expect(headersOf(left(4))).toEqual({ 'RateLimit-Limit': 9, 'RateLimit-Remaining': 4, 'RateLimit-Reset': 2 });
  });
});
