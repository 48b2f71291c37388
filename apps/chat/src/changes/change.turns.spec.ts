import { jest } from '@jest/globals';
import { ChangeTurns } from './change.turns.js';

const unavailable = expect.objectContaining({ code: 'UNAVAILABLE' });

describe('changes of one conversation', () => {
  it('go one after the other, also after one that fails; another conversation does not wait', async () => {
    const turns = new ChangeTurns();
    const gate = Promise.withResolvers<void>();
    const done: string[] = [];
    const first = turns.take('a', () => gate.promise.then(() => Promise.reject(new Error('no'))));
    const second = turns.take('a', () => Promise.resolve(done.push('second')));
    await turns.take('b', () => Promise.resolve(done.push('elsewhere')));
    gate.resolve();
    await expect(first).rejects.toThrow('no');
    await second;
    expect(done).toEqual(['elsewhere', 'second']);
  });

  it('wait a hundred at most, and are taken again when there is room', async () => {
    const turns = new ChangeTurns();
    const gate = Promise.withResolvers<void>();
    const all = Array.from({ length: 100 }, () => turns.take('a', () => gate.promise));
    await expect(turns.take('a', () => Promise.resolve())).rejects.toEqual(unavailable);
    gate.resolve();
    await Promise.all(all);
    await expect(turns.take('a', () => Promise.resolve('now'))).resolves.toBe('now');
  });

  it('are not made when their author has given up', async () => {
    const turns = new ChangeTurns();
    const gate = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const slow = turns.take('a', () => (begun.resolve(), gate.promise));
    await begun.promise;
    const work = jest.fn(() => Promise.resolve());
    const late = expect(turns.take('a', work)).rejects.toEqual(unavailable);
    const now = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 2000);
    gate.resolve();
    await slow;
    await late;
    now.mockRestore();
    expect(work).not.toHaveBeenCalled();
  });
});
