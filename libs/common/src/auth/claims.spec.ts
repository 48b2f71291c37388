import { callerOf, profileOf } from './claims.js';

describe('callerOf', () => {
  it('takes sub, else userId, else id', () => {
    expect(callerOf({ sub: 'a', userId: 'b', id: 'c' }).id).toBe('a');
    expect(callerOf({ userId: 'b', id: 'c' }).id).toBe('b');
    expect(callerOf({ id: 7 }).id).toBe('7');
  });

  it.each([{}, { sub: '' }, { sub: 'x'.repeat(129) }, { sub: { $ne: 1 } }, { sub: ['a'] }, { sub: 'a\ud800' }])(
    'refuses %j',
    (claims) => {
      expect(() => callerOf(claims)).toThrow(expect.objectContaining({ code: 'UNAUTHENTICATED' }));
    },
  );

  it('knows three roles, and takes any other for a user', () => {
    expect(callerOf({ sub: 'a', role: 'admin' }).role).toBe('admin');
    expect(callerOf({ sub: 'a', role: 'Admin' }).role).toBe('user');
    expect(callerOf({ sub: 'a', role: ['admin'] }).role).toBe('user');
  });
});

describe('profileOf', () => {
  it('takes what is text, and joins first and last name where there is no name', () => {
    expect(profileOf({ username: ' ana ', email: 7, picture: '' })).toEqual({ username: 'ana' });
    expect(profileOf({ first_name: 'Ana', last_name: 'Silva' })).toEqual({ name: 'Ana Silva' });
    expect(profileOf({ name: 'Ana', first_name: 'X' })).toEqual({ name: 'Ana' });
  });
});
