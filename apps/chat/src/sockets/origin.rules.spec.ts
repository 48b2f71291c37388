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
  ])('%s', (_what, origin, expected) => {
    expect(isAllowedOrigin(origin, allowed)).toBe(expected);
  });

  it('may be any where that is said', () => {
    expect(isAllowedOrigin('https://anything.example', ['*'])).toBe(true);
  });
});
