import { failureOf, needsConnection, outcomeOf } from './apns.failure.rules.js';

/** As @parse/node-apn tells it. */
const answered = (status: number, reason: string, timestamp?: number) =>
  outcomeOf(failureOf({ device: 'x', status, response: { reason, ...(timestamp && { timestamp }) } }));
const withoutAnswer = (message: string) => outcomeOf(failureOf({ device: 'x', error: new Error(message) }));

describe('a refusal by APNs', () => {
  it('is about the token when it says so, and since when', () => {
    expect(answered(410, 'Unregistered', 1_767_225_600_000)).toEqual({
      is: 'dead',
      reason: '410 Unregistered',
      since: new Date('2026-01-01T00:00:00Z'),
    });
    expect(answered(410, 'ExpiredToken')).toEqual({ is: 'dead', reason: '410 ExpiredToken' });
    expect(answered(400, 'BadDeviceToken')).toMatchObject({ is: 'dead' });
    expect(answered(400, 'DeviceTokenNotForTopic')).toMatchObject({ is: 'dead' });
  });

  it('is about our message otherwise, and no token is to blame', () => {
    for (const reason of ['BadCollapseId', 'BadExpirationDate', 'BadPriority', 'InvalidPushType', 'PayloadEmpty']) {
      expect(answered(400, reason)).toEqual({ is: 'refused', reason: `400 ${reason}` });
    }
    expect(answered(413, 'PayloadTooLarge')).toMatchObject({ is: 'refused' });
    expect(answered(405, 'MethodNotAllowed')).toMatchObject({ is: 'refused' });
  });

  it('is about our settings: key, team, topic, address', () => {
    for (const reason of ['InvalidProviderToken', 'ExpiredProviderToken', 'Forbidden', 'BadEnvironmentKeyIdInToken']) {
      expect(answered(403, reason)).toEqual({ is: 'misconfigured', reason: `403 ${reason}` });
    }
    for (const reason of ['BadTopic', 'TopicDisallowed']) {
      expect(answered(400, reason)).toMatchObject({ is: 'misconfigured' });
    }
    expect(answered(404, 'BadPath')).toMatchObject({ is: 'misconfigured' });
  });

  it('ends by itself: 429 after a minute, or twenty when it is about provider tokens; 5xx by backoff', () => {
    expect(answered(429, 'TooManyRequests')).toMatchObject({ is: 'later', retryAfterMs: 60_000, limited: true });
    expect(answered(429, 'TooManyProviderTokenUpdates')).toMatchObject({ is: 'later', retryAfterMs: 1_200_000 });
    expect(answered(500, 'InternalServerError')).toEqual({ is: 'later', reason: '500 InternalServerError' });
    expect(answered(503, 'Shutdown')).toEqual({ is: 'later', reason: '503 Shutdown' });
    expect(answered(418, 'Teapot')).toMatchObject({ is: 'later', maxTries: 3 });
  });

  it('may ask for another connection', () => {
    const stale = [
      { status: 400, reason: 'IdleTimeout' },
      { status: 403, reason: 'UnrelatedKeyIdInToken' },
    ];
    for (const failure of stale) {
      expect(outcomeOf(failure)).toMatchObject({ is: 'later', maxTries: 3 });
      expect(needsConnection(failure)).toBe(true);
    }
    expect(needsConnection({ status: 503, reason: 'Shutdown' })).toBe(false);
  });
});

describe('a push without an answer', () => {
  it('is repeated: nobody knows what became of it', () => {
    expect(withoutAnswer('apn write aborted')).toEqual({ is: 'later', reason: 'apn write aborted' });
    expect(outcomeOf(failureOf({ device: 'x', code: 'ERR_HTTP2_INVALID_SESSION' }))).toEqual({
      is: 'later',
      reason: 'ERR_HTTP2_INVALID_SESSION',
    });
    expect(outcomeOf(failureOf('nonsense'))).toEqual({ is: 'later', reason: 'no answer' });
  });

  it('gives its connection up when it came to a time-out', () => {
    expect(needsConnection(failureOf({ error: new Error('apn write timeout') }))).toBe(true);
    expect(needsConnection(failureOf({ error: new Error('apn write aborted') }))).toBe(false);
  });

  it('keeps the reason where the library keeps a sentence only', () => {
    expect(failureOf({ status: 403, error: new Error('ExpiredProviderToken') })).toEqual({
      status: 403,
      reason: 'ExpiredProviderToken',
    });
  });
});
