import { isAllowedOrigin } from './origin.rules.js';

const allowed = ['https://app.example', 'http://localhost:5173'];

describe('an origin', () => {
  it.each([
    ['of the list', 'https://app.example', true],
    ['that is none: no browser', undefined, true],
    ['of another port', 'https://app.example:8443', false],
    ['of another scheme', 'http://app.example', false],
    ['that only begins alike', 'https://app.example.evil.example', false],
    ['of a sandboxed page', 'null', false],
    ['that is empty', '', false],
    ['that is the server itself, as React Native says', 'https://chat.example', true],
    ['that is the server itself at another port', 'https://chat.example:444', false],
  ])('%s', (_what, origin, expected) => {
    expect(isAllowedOrigin({ origin, host: 'chat.example' }, allowed)).toBe(expected);
  });

  it('may be any where that is said', () => {
    expect(isAllowedOrigin({ origin: 'https://anything.example' }, ['*'])).toBe(true);
  });

  it('is the server itself by the name that a proxy was asked for', () => {
    const host = { host: 'chat-service:3005', 'x-forwarded-host': 'chat.example' };
    expect(isAllowedOrigin({ origin: 'https://chat.example', ...host }, allowed)).toBe(true);
    expect(isAllowedOrigin({ origin: 'https://evil.example', ...host }, allowed)).toBe(false);
  });
});
