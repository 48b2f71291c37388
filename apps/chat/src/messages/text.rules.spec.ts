import { checkText, MAX_TEXT, previewOf } from './text.rules.js';

const refused = (text: string) =>
  expect(() => checkText(text)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));

describe('checkText', () => {
  it.each(['a', '<script>alert(1)</script>', 'שלום', '👩🏽‍🚀', 'line\nbreak\tand tab\r\n', 'e\u0301'])(
    'keeps %j as it is',
    (text) => {
      expect(() => checkText(text)).not.toThrow();
    },
  );

  it('counts as a person counts', () => {
    checkText('x'.repeat(MAX_TEXT));
    checkText('👨‍👩‍👧'.repeat(2000));
    refused('x'.repeat(MAX_TEXT + 1));
    refused('é'.normalize('NFD').repeat(MAX_TEXT + 1));
  });

  it('refuses above 20,000 units without counting', () => refused('👨‍👩‍👧'.repeat(2501)));

  it.each(['\u0000', 'bell\u0007', '\u001b[31m', '\u0085', 'half \ud83d', '\udc00'])('refuses %j', refused);
});

describe('previewOf', () => {
  it('leaves a short text alone', () => expect(previewOf('hello')).toBe('hello'));
  it('cuts after 100 characters', () => expect(previewOf('x'.repeat(101))).toBe('x'.repeat(100)));
  it('never cuts a character in two', () => expect(previewOf('👨‍👩‍👧'.repeat(200))).toBe('👨‍👩‍👧'.repeat(100)));
});
