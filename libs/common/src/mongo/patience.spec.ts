import { OutOfPatience, patiently } from './patience.js';

describe('patiently', () => {
  it('gives the answer, or the failure, as it comes', async () => {
    await expect(patiently(1000, Promise.resolve(7))).resolves.toBe(7);
    await expect(patiently(1000, Promise.reject(new Error('no')))).rejects.toThrow('no');
  });

  it('ends when no answer comes', async () => {
    await expect(patiently(5, new Promise(() => undefined))).rejects.toBeInstanceOf(OutOfPatience);
  });
});
