import { isPlain, isPlainQuery, isWhole } from './plain.rules.js';

const nested = (levels: number): unknown => (levels === 0 ? 1 : { a: nested(levels - 1) });

describe('isPlain', () => {
  it.each([[undefined], [null], [1], ['text 👋\u0000'], [[{ $ne: [1] }]], [nested(8)]])('takes %j', (value) => {
    expect(isPlain(value)).toBe(true);
  });

  it.each([
    ['half a character', ['\ud83d']],
    ['half a character in a name', { '\ud83d': 1 }],
    ['a prototype', JSON.parse('{"__proto__":1}')],
    ['a method of every object', { toString: 1 }],
    ['nine levels', nested(9)],
    ['bytes', Buffer.from('x')],
    ['a date', new Date()],
  ])('refuses %s', (_what, value) => {
    expect(isPlain(value)).toBe(false);
  });
});

describe('isPlainQuery', () => {
  it('takes one text for each plain name', () => {
    expect(isPlainQuery({ limit: '20', before: '', page_2: 'ä b' })).toBe(true);
  });

  it.each<object>([
    { limit: ['1', '2'] },
    { 'a[$ne]': '1' },
    { 'id[]': '1' },
    { 'a.b': '1' },
    { $where: '1' },
    { '': '1' },
    { constructor: '1' },
    { a: '\u0000' },
    { ['x'.repeat(65)]: '1' },
  ])('refuses %j', (query) => {
    expect(isPlainQuery(query)).toBe(false);
  });
});

describe('isWhole', () => {
  it('takes escapes of whole characters', () => {
    expect(isWhole('/a?b=%C3%A4+%25&c=ä')).toBe(true);
  });

  it.each(['/a?b=%', '/a?b=%f', '/a?b=%zz', '/a?b=%ff', '/a?b=%C3%28', '/a?b=%ed%a0%80'])('refuses %s', (url) => {
    expect(isWhole(url)).toBe(false);
  });
});
