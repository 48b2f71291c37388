import { type Sends, takeSend, turnAfter } from './send.rules.js';

const allowance = { limit: 3, windowMs: 1000 };

function taken(times: number[]): { sends: Sends; waits: number[] } {
  let sends: Sends = [];
  const waits = times.map((now) => {
    const next = takeSend(sends, now, allowance);
    sends = next.sends;
    return next.retryAfterMs;
  });
  return { sends, waits };
}

describe('takeSend', () => {
  it('lets the limit through, and says how long the next one waits', () => {
    expect(taken([0, 100, 200, 300]).waits).toEqual([0, 0, 0, 700]);
  });

  it('lets one through as soon as the oldest has left the window', () => {
    expect(taken([0, 100, 200, 1000, 1001]).waits).toEqual([0, 0, 0, 0, 99]);
  });

  it('has no edge at which twice as many pass', () => {
    const times = Array.from({ length: 400 }, (_, n) => n * 10);
    const passed = times.filter((_, n) => taken(times).waits[n] === 0);
    for (const at of passed)
      expect(passed.filter((other) => other > at - 1000 && other <= at).length).toBeLessThanOrEqual(3);
  });

  it('does not count what it refused', () => {
    expect(taken([0, 0, 0, 500, 500, 500]).sends).toEqual([{ from: 0, last: 0, count: 3 }]);
  });

  it('remembers little of somebody who may send much, and lets no more than the limit through in any window', () => {
    const generous = { limit: 500, windowMs: 1000 };
    let sends: Sends = [];
    const passed: number[] = [];
    for (let now = 0; now < 3000; now++) {
      const next = takeSend(sends, now, generous);
      sends = next.sends;
      if (next.retryAfterMs === 0) passed.push(now);
      expect(sends.length).toBeLessThanOrEqual(100);
      expect(passed.filter((at) => at > now - 1000).length).toBeLessThanOrEqual(500);
    }
    expect(passed.length).toBeGreaterThan(1400);
  });
});

describe('turnAfter', () => {
  it('gives the first who waits the next moment', () => {
    expect(turnAfter(0, 700, { now: 100, ...allowance })).toBe(700);
    expect(turnAfter(600, 700, { now: 100, ...allowance })).toBe(700);
  });

  it('gives each further one a moment of its own, as far apart as sends may be, and none more than two windows away', () => {
    let turn = 0;
    const turns = Array.from({ length: 9 }, () => (turn = turnAfter(turn, 700, { now: 100, ...allowance })));
    expect(turns).toEqual([700, 1034, 1368, 1702, 2036, 2100, 2100, 2100, 2100]);
  });
});
