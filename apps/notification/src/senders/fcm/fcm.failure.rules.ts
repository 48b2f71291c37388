import type { Outcome, Patience } from '../sender.js';
import { fieldsOf } from '../sender.rules.js';

/** What is known of a failed send: the SDK's code, and what FCM answered, if it did. */
export interface FcmFailure {
  code: string;
  message: string;
  status?: number;
  /** The `errorCode` of FCM's own detail; the SDK's codes mix up what must be told apart. */
  errorCode?: string;
  /** The fields that FCM found fault with. */
  fields: string[];
  retryAfter?: string;
}

const QUOTA_WAIT_MS = 60_000;
const MAX_WAIT_MS = 60 * 60 * 1000;
/** Tries of what neither FCM nor the SDK can explain. */
const UNEXPLAINED_TRIES = 3;

/** The table of FCM's errors and what to do about each: https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode */
export function outcomeOf(failure: FcmFailure, now: Date): Outcome {
  const { status, errorCode } = failure;
  const reason = [status, errorCode ?? failure.code].filter(Boolean).join(' ');
  if (status === undefined) return withoutAnswer(failure, reason);
  if (errorCode === 'UNREGISTERED' || errorCode === 'SENDER_ID_MISMATCH') return { is: 'dead', reason };
  if (status === 400) return { is: isAboutToken(failure) ? 'dead' : 'refused', reason };
  // A 404 without UNREGISTERED is a wrong project or address: no token is to blame.
  if ([401, 403, 404].includes(status)) return { is: 'misconfigured', reason };
  return { is: 'later', reason, ...patienceOf(status, waitOf(failure.retryAfter, now)) };
}

/** What there is to know in an error of the SDK. */
export function failureOf(error: unknown): FcmFailure {
  const { code, message, httpResponse } = fieldsOf(error);
  const { status, headers, data } = fieldsOf(httpResponse);
  const details = fieldsOf(fieldsOf(data).error).details;
  const found = (Array.isArray(details) ? details : []).map(fieldsOf);
  const errorCode = found.find((detail) => typeof detail.errorCode === 'string')?.errorCode as string | undefined;
  const retryAfter = fieldsOf(headers)['retry-after'];
  return {
    code: typeof code === 'string' ? code : 'unknown',
    message: typeof message === 'string' ? message : '',
    fields: found.flatMap(({ fieldViolations }) => violated(fieldViolations)),
    ...(typeof status === 'number' && { status }),
    ...(errorCode !== undefined && { errorCode }),
    ...(typeof retryAfter === 'string' && { retryAfter }),
  };
}

function withoutAnswer({ code }: FcmFailure, reason: string): Outcome {
  if (code === 'app/invalid-credential') return { is: 'misconfigured', reason };
  // The SDK itself found fault with the message.
  if (code.startsWith('messaging/')) return { is: 'refused', reason };
  return code.startsWith('app/network')
    ? { is: 'later', reason }
    : { is: 'later', reason, maxTries: UNEXPLAINED_TRIES };
}

function patienceOf(status: number, retryAfterMs: number | undefined): Patience {
  if (status === 429) return { retryAfterMs: retryAfterMs ?? QUOTA_WAIT_MS, limited: true };
  if (status < 500) return { maxTries: UNEXPLAINED_TRIES };
  return retryAfterMs === undefined ? {} : { retryAfterMs };
}

function isAboutToken({ fields, message, errorCode }: FcmFailure): boolean {
  if (fields.length > 0) return fields.every((field) => field === 'message.token');
  return errorCode === 'INVALID_ARGUMENT' && /not a valid FCM registration token/i.test(message);
}

/** `Retry-After` in milliseconds: seconds or a date; a hostile one does not stop pushes for long. */
function waitOf(header: string | undefined, now: Date): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now.getTime();
  return Number.isFinite(ms) && ms >= 0 ? Math.min(ms, MAX_WAIT_MS) : undefined;
}

function violated(violations: unknown): string[] {
  const all = (Array.isArray(violations) ? violations : []).map(fieldsOf);
  return all.flatMap(({ field }) => (typeof field === 'string' ? [field] : []));
}
