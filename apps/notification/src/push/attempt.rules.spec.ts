import type { Outcome } from '../senders/sender.js';
import { nextOf, type Step } from './attempt.rules.js';

const now = new Date('2026-01-01T00:00:00Z');
const step: Step = {
  attempts: 1,
  expiresAt: new Date('2026-01-02T00:00:00Z'),
  now,
  backoffMs: 1000,
  parkedUntil: new Date('2026-01-01T00:01:00Z'),
  chance: 1,
};
const waits = (outcome: Outcome, changed: Partial<Step> = {}): number => {
  const next = nextOf(outcome, { ...step, ...changed });
  if (next.state !== 'pending') throw new Error(next.state);
  return next.nextAttemptAt.getTime() - now.getTime();
};
const later = { is: 'later', reason: '503 UNAVAILABLE' } as const;

describe('what a push becomes', () => {
  it('is done when it is accepted, refused, or its token is dead', () => {
    expect(nextOf({ is: 'accepted', providerMessageId: 'p/1' }, step)).toEqual({
      state: 'accepted',
      providerMessageId: 'p/1',
    });
    expect(nextOf({ is: 'refused', reason: 'too big' }, step)).toEqual({ state: 'refused', reason: 'too big' });
    expect(nextOf({ is: 'dead', reason: 'UNREGISTERED' }, step)).toEqual({ state: 'refused', reason: 'UNREGISTERED' });
  });

  it('waits 1, 2, 4, 8 … seconds and at most ten minutes, by chance down to half of it', () => {
    expect([1, 2, 3, 4, 5].map((attempts) => waits(later, { attempts }))).toEqual([1000, 2000, 4000, 8000, 16_000]);
    expect([1, 2, 3].map((attempts) => waits(later, { attempts, chance: 0 }))).toEqual([500, 1000, 2000]);
    expect(waits(later, { attempts: 50 })).toBe(600_000);
  });

  it('waits no shorter than the provider says', () => {
    expect(waits({ ...later, retryAfterMs: 30_000 }, { chance: 0 })).toBe(30_000);
    expect(waits({ ...later, retryAfterMs: 30_000 }, { chance: 1 })).toBe(33_000);
    expect(waits({ ...later, retryAfterMs: 0 }, { attempts: 9 })).toBe(0);
  });

  it('expires when it would be late', () => {
    const soon = new Date(now.getTime() + 1000);
    expect(nextOf(later, { ...step, expiresAt: soon })).toEqual({ state: 'expired', reason: '503 UNAVAILABLE' });
    expect(nextOf({ is: 'misconfigured', reason: '403' }, { ...step, expiresAt: soon })).toMatchObject({
      state: 'expired',
    });
  });

  it('is given up after some tries when nobody can explain the failure', () => {
    const odd = { is: 'later', reason: '418', maxTries: 3 } as const;
    expect(nextOf(odd, { ...step, attempts: 2 })).toMatchObject({ state: 'pending' });
    expect(nextOf(odd, { ...step, attempts: 3 })).toEqual({ state: 'refused', reason: '418' });
  });

  it('waits until the provider is tried again when that one is misconfigured', () => {
    expect(waits({ is: 'misconfigured', reason: '401' })).toBe(60_000);
  });
});
