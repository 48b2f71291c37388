import { endOf, nextLook } from './session.rules.js';

const day = 24 * 60 * 60 * 1000;

describe('a connection', () => {
  it('ends with its token, or at the age that is allowed when the token has no end', () => {
    expect(endOf({ expiresAt: 5000 }, 1000, day)).toBe(5000);
    expect(endOf({ expiresAt: 90 * day }, 1000, day)).toBe(90 * day);
    expect(endOf({}, 1000, day)).toBe(1000 + day);
  });

  it('is looked at when it ends, at least once a day, and at once when it has ended', () => {
    expect(nextLook(1000, 5000)).toBe(4000);
    expect(nextLook(0, 3650 * day)).toBe(day);
    expect(nextLook(5000, 1000)).toBe(0);
  });
});
