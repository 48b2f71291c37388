import { mayBeForeign } from './sender.rules.js';

describe('tokens of a foreign sender', () => {
  it('may be removed while they are few', () => {
    expect([mayBeForeign(1, 1), mayBeForeign(2, 300)]).toEqual([true, true]);
    expect([mayBeForeign(2, 2), mayBeForeign(4, 300)]).toEqual([false, false]);
  });
});
