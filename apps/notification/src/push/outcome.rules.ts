import type { Outcome } from '../senders/sender.js';
import type { Next } from './attempt.rules.js';

/** What may become of a try. */
export const OUTCOMES = [
  ...(['sent', 'logged', 'retried', 'rate_limited', 'misconfigured'] as const),
  ...(['unregistered', 'refused', 'given_up', 'device_gone'] as const),
] as const;
export type OutcomeName = (typeof OUTCOMES)[number];

/** A status, and a code as providers and their libraries have it; what else stands in a reason is for the log. */
const REASON = /^(?:(\d{3}) )?((?:app|messaging)\/[a-z-]+|[A-Z]\w*)?/;
/** So begins a sentence. */
const PLAIN_WORD = /^[A-Z][a-z]+$/;

/** How a try is counted, by what the provider made of it and what follows. */
export function outcomeNameOf(outcome: Outcome, next: Next): OutcomeName {
  switch (outcome.is) {
    case 'accepted':
      return outcome.logged ? 'logged' : 'sent';
    case 'dead':
      return 'unregistered';
    case 'refused':
      return 'refused';
    case 'misconfigured':
      return next.state === 'pending' ? 'misconfigured' : 'given_up';
    case 'later':
      if (next.state !== 'pending') return 'given_up';
      return outcome.limited ? 'rate_limited' : 'retried';
  }
}

/** A reason as a label: the provider's code, else what kind of answer it was. */
export function reasonNameOf(reason: string): string {
  const [, status, code] = REASON.exec(reason) ?? [];
  if (code !== undefined && (status !== undefined || !PLAIN_WORD.test(code))) return code;
  return status === undefined ? 'no_answer' : `${status.charAt(0)}xx`;
}
