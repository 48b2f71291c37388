import { folded, isEmail, tidy, USERNAME } from './account.rules.js';

describe('usernames', () => {
  it.each(['ana', 'Ana.B_c-9', 'Zoë', '李小龙', 'हिन्दी', 'a'.repeat(32)])('may be %s', (name) => {
    expect(USERNAME.test(tidy(name))).toBe(true);
  });

  it.each(['ab', 'a'.repeat(33), 'ana b', 'ana@b', 'ana/b', '😀😀😀', 'a\u0000bc', 'ana\u200b', '<ana>', '$ana'])(
    'may not be %j',
    (name) => {
      expect(USERNAME.test(tidy(name))).toBe(false);
    },
  );

  it.each([
    ['ANA', 'ana'],
    [' Ana ', 'ana'],
    ['ａｎａ', 'ana'],
    ['Zoe\u0308', 'zoë'],
    ['ﬁona', 'fiona'],
    ['ÅSA', 'a\u030asa'],
  ])('compare %j like %j', (one, other) => {
    expect(folded(one)).toBe(folded(other));
  });

  it('fold to something that folds no further', () => {
    for (const name of ['İlk', 'ẞtraße', 'ǅ.x', 'Ω-9']) expect(folded(folded(name))).toBe(folded(name));
  });

  it('are never taken for e-mail addresses', () => {
    expect(isEmail('ana@example.org')).toBe(true);
    expect(USERNAME.test('ana@example.org')).toBe(false);
  });
});
