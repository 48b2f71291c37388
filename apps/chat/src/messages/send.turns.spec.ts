import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { SendTurns } from './send.turns.js';

describe('turns of sends', () => {
  it('come in the order they began, whatever is prepared first', async () => {
    const turns = new SendTurns();
    const done: number[] = [];
    const preparing = [1, 2, 3].map(() => Promise.withResolvers<void>());
    const sends = preparing.map(({ promise }, n) => turns.next('ana', promise).then(() => done.push(n)));
    for (const { resolve } of preparing.toReversed()) {
      expect(done).toEqual([]);
      resolve();
      await new Promise((settled) => setImmediate(settled));
    }
    await Promise.all(sends);
    expect(done).toEqual([0, 1, 2]);
  });

  it('wait for nobody else, and not for what has failed', async () => {
    const turns = new SendTurns();
    const failed = turns.next('ana', Promise.reject(new Error('no')));
    const after = turns.next('ana', Promise.resolve('after'));
    void turns.next('ben', new Promise(() => undefined));
    await expect(failed).rejects.toThrow('no');
    await expect(after).resolves.toBe('after');
    await expect(turns.next('ana', Promise.resolve('later'))).resolves.toBe('later');
  });

  it('keep nothing of what is done, though somebody always follows', async () => {
    const turns = new SendTurns();
    const following = Promise.withResolvers<void>();
    const prepared = async () => {
      const done = turns.next('ana', Promise.resolve({ text: 'long' }));
      void turns.next('ana', following.promise);
      return new WeakRef(await done);
    };
    const seen = await prepared();
    await new Promise((settled) => setImmediate(settled));
    setFlagsFromString('--expose-gc');
    (runInNewContext('gc') as () => void)();
    expect(seen.deref()).toBeUndefined();
    following.resolve();
  });
});
