import type { Outcome } from '../senders/sender.js';
import type { Next } from './attempt.rules.js';
import { outcomeNameOf, reasonNameOf } from './outcome.rules.js';

const pending: Next = { state: 'pending', nextAttemptAt: new Date(), reason: 'r' };
const over: Next = { state: 'expired', reason: 'r' };
const later = (limited?: true): Outcome => ({ is: 'later', reason: 'r', ...(limited && { limited }) });

describe('what became of a try', () => {
  it.each<[Outcome, Next, string]>([
    [{ is: 'accepted', providerMessageId: 'm' }, { state: 'accepted' }, 'sent'],
    [{ is: 'accepted', logged: true }, { state: 'accepted' }, 'logged'],
    [{ is: 'dead', reason: 'r' }, { state: 'refused', reason: 'r' }, 'unregistered'],
    [{ is: 'refused', reason: 'r' }, { state: 'refused', reason: 'r' }, 'refused'],
    [{ is: 'misconfigured', reason: 'r' }, pending, 'misconfigured'],
    [{ is: 'misconfigured', reason: 'r' }, over, 'given_up'],
    [later(), pending, 'retried'],
    [later(true), pending, 'rate_limited'],
    [later(true), over, 'given_up'],
    [later(), { state: 'refused', reason: 'r' }, 'given_up'],
  ])('is counted: %j, then %j', (outcome, next, name) => {
    expect(outcomeNameOf(outcome, next)).toBe(name);
  });
});

describe('a reason', () => {
  it.each([
    ['404 UNREGISTERED', 'UNREGISTERED'],
    ['app/network-timeout', 'app/network-timeout'],
    ['400 BadDeviceToken', 'BadDeviceToken'],
    ['403 InvalidProviderToken (sandbox)', 'InvalidProviderToken'],
    ["SENDER_ID_MISMATCH, too often: is FIREBASE_PROJECT_ID the app's project?", 'SENDER_ID_MISMATCH'],
    ['410 Unregistered', 'Unregistered'],
    ['502 messaging/unknown-error', 'messaging/unknown-error'],
    ['503 stream ended unexpectedly', '5xx'],
    ['Timed out after 10 s', 'no_answer'],
    ['connect ECONNREFUSED 127.0.0.1:443', 'no_answer'],
    ['no answer', 'no_answer'],
  ])('is one of few: %s', (reason, name) => {
    expect(reasonNameOf(reason)).toBe(name);
  });
});
