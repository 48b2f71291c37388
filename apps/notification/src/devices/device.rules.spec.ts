import { canonicalLocale, canonicalToken, isTimeZone, reaches, tokenEnd } from './device.rules.js';

describe('a device', () => {
  it('is reached by providers of its platform', () => {
    expect([reaches('fcm', 'web'), reaches('apns', 'ios'), reaches('webpush', 'web')]).toEqual([true, true, true]);
    expect([reaches('apns', 'android'), reaches('webpush', 'ios')]).toEqual([false, false]);
  });

  it('has a token of hexadecimal digits at Apple, and any elsewhere', () => {
    expect(canonicalToken('apns', 'AB'.repeat(32))).toBe('ab'.repeat(32));
    expect(canonicalToken('apns', 'ab'.repeat(100))).toHaveLength(200);
    const wrong = ['', 'ab'.repeat(31), 'ab'.repeat(101), `${'ab'.repeat(32)}c`, `../${'ab'.repeat(32)}`];
    expect(wrong.map((token) => canonicalToken('apns', token))).toEqual(wrong.map(() => undefined));
    expect(canonicalToken('fcm', 'Any:token')).toBe('Any:token');
  });

  it('speaks a BCP 47 language', () => {
    expect(canonicalLocale('en-us')).toBe('en-US');
    expect(canonicalLocale('zh-Hant-TW')).toBe('zh-Hant-TW');
    expect([canonicalLocale('en_US'), canonicalLocale(''), canonicalLocale('englisch!')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('lives in a zone of the IANA database', () => {
    expect([isTimeZone('Europe/Vienna'), isTimeZone('UTC')]).toEqual([true, true]);
    expect([isTimeZone('+02:00'), isTimeZone('Vienna'), isTimeZone('')]).toEqual([false, false, false]);
  });

  it('shows the end of its token only, and nothing of a short one', () => {
    expect(tokenEnd(`${'x'.repeat(30)}abcdef`)).toBe('abcdef');
    expect(tokenEnd('abcdefgh')).toBe('');
  });
});
