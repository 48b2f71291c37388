import type { Outcome } from '../senders/sender.js';

/** What an attempt becomes. */
export type Next =
  | { state: 'accepted'; providerMessageId?: string }
  | { state: 'refused' | 'expired'; reason: string }
  | { state: 'pending'; nextAttemptAt: Date; reason: string };

/** What the next step of an attempt depends on, beside what the provider said. */
export interface Step {
  attempts: number;
  expiresAt: Date;
  now: Date;
  backoffMs: number;
  /** Until when the provider is left alone, when it is misconfigured. */
  parkedUntil: Date;
  /** From 0 to 1. */
  chance: number;
}

const MAX_BACKOFF_MS = 10 * 60 * 1000;
/** What waits as long as the provider says comes back spread over this much more. */
const SPREAD = 0.1;

/** What an attempt becomes by what the provider made of it. */
export function nextOf(outcome: Outcome, step: Step): Next {
  switch (outcome.is) {
    case 'accepted':
      return { state: 'accepted', ...pick(outcome) };
    case 'refused':
    case 'dead':
      return { state: 'refused', reason: outcome.reason };
    case 'misconfigured':
      return retried(step.parkedUntil, outcome.reason, step.expiresAt);
    case 'later': {
      const { reason, retryAfterMs, maxTries } = outcome;
      if (maxTries !== undefined && step.attempts >= maxTries) return { state: 'refused', reason };
      return retried(new Date(step.now.getTime() + waitOf(step, retryAfterMs)), reason, step.expiresAt);
    }
  }
}

/** How long to wait: never shorter than the provider says; else doubling, between half and all of it by chance. */
function waitOf({ attempts, backoffMs, chance }: Step, retryAfterMs: number | undefined): number {
  if (retryAfterMs !== undefined) return retryAfterMs * (1 + SPREAD * chance);
  const most = Math.min(backoffMs * 2 ** Math.max(0, attempts - 1), MAX_BACKOFF_MS);
  return most * (0.5 + chance / 2);
}

function retried(nextAttemptAt: Date, reason: string, expiresAt: Date): Next {
  return nextAttemptAt < expiresAt ? { state: 'pending', nextAttemptAt, reason } : { state: 'expired', reason };
}

function pick({ providerMessageId }: { providerMessageId?: string }): { providerMessageId?: string } {
  return providerMessageId === undefined ? {} : { providerMessageId };
}
