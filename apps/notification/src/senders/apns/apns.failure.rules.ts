import type { Outcome, Patience } from '../sender.js';
import { fieldsOf } from '../sender.rules.js';

/** What is known of a push that was not taken: what Apple answered, if it did. */
export interface ApnsFailure {
  status?: number;
  /** Apple's reason, or the library's words when there was no answer. */
  reason: string;
  /** Of a 410: since when the token is dead. */
  since?: Date;
}

/** Apple wants a provider token to be kept for at least this long. */
const TOKEN_WAIT_MS = 20 * 60_000;
/** Too many pushes to one device. */
const DEVICE_WAIT_MS = 60_000;
/** Tries of what the table does not explain. */
const UNEXPLAINED_TRIES = 3;

/** Reasons that end when the connection is opened anew. */
const STALE_CONNECTION = ['IdleTimeout', 'UnrelatedKeyIdInToken'];

/** What Apple's status means, and where its reason means something else. */
const BY_STATUS: Record<number, Outcome['is']> = {
  400: 'refused',
  403: 'misconfigured',
  404: 'misconfigured',
  405: 'refused',
  410: 'dead',
  413: 'refused',
};
const BY_REASON: Record<string, Outcome['is']> = {
  BadDeviceToken: 'dead',
  DeviceTokenNotForTopic: 'dead',
  BadTopic: 'misconfigured',
  MissingTopic: 'misconfigured',
  TopicDisallowed: 'misconfigured',
  IdleTimeout: 'later',
  UnrelatedKeyIdInToken: 'later',
};

/** Apple's table of errors and what to do about each: https://developer.apple.com/documentation/usernotifications */
export function outcomeOf({ status, reason: said, since }: ApnsFailure): Outcome {
  if (status === undefined) return { is: 'later', reason: said };
  const reason = `${status} ${said}`;
  const is = BY_REASON[said] ?? BY_STATUS[status] ?? 'later';
  if (is === 'dead') return { is, reason, ...(since && { since }) };
  if (is !== 'later') return { is, reason };
  return { is, reason, ...patienceOf(status, said) };
}

/** True when nothing but another connection helps. */
export function needsConnection({ status, reason }: ApnsFailure): boolean {
  return STALE_CONNECTION.includes(reason) || (status === undefined && /timeout/.test(reason));
}

/** What there is to know in a failure as @parse/node-apn tells it: of some answers it keeps the reason, of some a sentence. */
export function failureOf(failed: unknown): ApnsFailure {
  const { status, response, error, code } = fieldsOf(failed);
  const { reason, timestamp } = fieldsOf(response);
  const said = [reason, fieldsOf(error).message, code].find((words) => typeof words === 'string');
  return {
    reason: said ?? 'no answer',
    ...(typeof status === 'number' && { status }),
    ...(typeof timestamp === 'number' && { since: new Date(timestamp) }),
  };
}

function patienceOf(status: number, reason: string): Patience {
  if (status >= 500) return {};
  if (status !== 429) return { maxTries: UNEXPLAINED_TRIES };
  return { retryAfterMs: reason === 'TooManyProviderTokenUpdates' ? TOKEN_WAIT_MS : DEVICE_WAIT_MS, limited: true };
}
