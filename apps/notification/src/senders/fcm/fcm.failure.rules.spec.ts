import { failureOf, outcomeOf } from './fcm.failure.rules.js';

const now = new Date('2026-01-01T00:00:00Z');

interface Answer {
  status: number;
  errorCode?: string;
  message?: string;
  field?: string;
  retryAfter?: string;
  data?: unknown;
}

/** As firebase-admin throws it. */
const thrown = ({ status, errorCode, message = 'said', field, retryAfter, data }: Answer): object => {
  const fcmError = errorCode && { '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError', errorCode };
  const badRequest = field && { '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [{ field }] };
  const headers = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
  const said = data ?? { error: { details: [fcmError, badRequest].filter(Boolean) } };
  return { code: 'messaging/some-code', message, httpResponse: { status, headers, data: said } };
};
const of = (answer: Answer) => outcomeOf(failureOf(thrown(answer)), now);
const withoutAnswer = (code: string) => outcomeOf(failureOf(Object.assign(new Error('x'), { code })), now);

describe('a refusal by FCM', () => {
  it('is about the token when it says so', () => {
    expect(of({ status: 404, errorCode: 'UNREGISTERED' })).toEqual({ is: 'dead', reason: '404 UNREGISTERED' });
    expect(of({ status: 403, errorCode: 'SENDER_ID_MISMATCH' })).toMatchObject({ is: 'dead' });
    expect(of({ status: 400, errorCode: 'INVALID_ARGUMENT', field: 'message.token' })).toMatchObject({ is: 'dead' });
    const message = 'The registration token is not a valid FCM registration token';
    expect(of({ status: 400, errorCode: 'INVALID_ARGUMENT', message })).toMatchObject({ is: 'dead' });
  });

  it('is about our message otherwise, and no token is to blame', () => {
    const invalid = { status: 400, errorCode: 'INVALID_ARGUMENT' };
    expect(of(invalid)).toEqual({ is: 'refused', reason: '400 INVALID_ARGUMENT' });
    expect(of({ ...invalid, field: 'message.android.ttl' })).toMatchObject({ is: 'refused' });
    const message = 'not a valid FCM registration token';
    expect(of({ ...invalid, field: 'message.data', message })).toMatchObject({ is: 'refused' });
  });

  it('is about our settings: 401, 403, and a 404 that names no token', () => {
    expect(of({ status: 401 })).toMatchObject({ is: 'misconfigured' });
    expect(of({ status: 401, errorCode: 'THIRD_PARTY_AUTH_ERROR' })).toMatchObject({ is: 'misconfigured' });
    expect(of({ status: 403, data: { error: { status: 'PERMISSION_DENIED' } } })).toMatchObject({
      is: 'misconfigured',
    });
    expect(of({ status: 404, data: { error: { status: 'NOT_FOUND' } } })).toMatchObject({ is: 'misconfigured' });
    expect(of({ status: 404, data: '<html>' })).toMatchObject({ is: 'misconfigured' });
    expect(withoutAnswer('app/invalid-credential')).toMatchObject({ is: 'misconfigured' });
  });

  it('ends by itself: 429 after a minute or as it says, 5xx by backoff or as it says', () => {
    expect(of({ status: 429, errorCode: 'QUOTA_EXCEEDED' })).toMatchObject({ is: 'later', retryAfterMs: 60_000 });
    expect(of({ status: 429, retryAfter: '7' })).toMatchObject({ is: 'later', retryAfterMs: 7000, limited: true });
    expect(of({ status: 503, errorCode: 'UNAVAILABLE' })).toEqual({ is: 'later', reason: '503 UNAVAILABLE' });
    expect(of({ status: 502, data: '<html>', retryAfter: '7' })).toMatchObject({ is: 'later', retryAfterMs: 7000 });
  });

  it('may name a date to come again, and never puts pushes off for more than an hour', () => {
    const waits = (retryAfter: string) => of({ status: 500, retryAfter });
    expect(waits('Thu, 01 Jan 2026 00:00:30 GMT')).toMatchObject({ retryAfterMs: 30_000 });
    expect(waits('Wed, 31 Dec 2025 00:00:00 GMT')).not.toHaveProperty('retryAfterMs');
    expect(waits('99999999')).toMatchObject({ retryAfterMs: 3_600_000 });
    expect(waits('soon')).not.toHaveProperty('retryAfterMs');
  });

  it('is tried three times when it cannot be explained', () => {
    expect(of({ status: 418 })).toMatchObject({ is: 'later', maxTries: 3 });
    expect(outcomeOf(failureOf('nonsense'), now)).toMatchObject({ is: 'later', maxTries: 3 });
  });
});

describe('a send without an answer', () => {
  it('is repeated: nobody knows what became of it', () => {
    expect(withoutAnswer('app/network-error')).toEqual({ is: 'later', reason: 'app/network-error' });
    expect(withoutAnswer('app/network-timeout')).toEqual({ is: 'later', reason: 'app/network-timeout' });
  });

  it('is refused when the SDK itself found fault with the message', () => {
    expect(withoutAnswer('messaging/invalid-payload')).toMatchObject({ is: 'refused' });
  });
});
