import { reading } from './reading.js';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

describe('a reading', () => {
  it('is shared while it is good, and renewed afterwards', async () => {
    let asked = 0;
    const read = reading(() => Promise.resolve((asked += 1)), { goodForMs: 100 });
    expect(await Promise.all([read(), read()])).toEqual([1, 1]);
    jest.advanceTimersByTime(99);
    expect(await read()).toBe(1);
    jest.advanceTimersByTime(1);
    expect(await read()).toBe(2);
  });

  it('is asked again after a failure', async () => {
    const answers = [() => Promise.reject(new Error('away')), () => Promise.resolve('back')];
    const read = reading<string>(() => answers.shift()?.() ?? Promise.resolve('no more'));
    await expect(read()).rejects.toThrow('away');
    expect(await read()).toBe('back');
  });

  it('is given up in time while an engine hangs, which is asked once only', async () => {
    let answer: (value: string) => void = () => undefined;
    let asked = 0;
    const read = reading(
      () => {
        asked += 1;
        return new Promise<string>((resolve) => (answer = resolve));
      },
      { patienceMs: 20 },
    );
    jest.useRealTimers();
    await expect(Promise.all([read(), read()])).rejects.toThrow('no answer in time');
    await expect(read()).rejects.toThrow('no answer in time');
    expect(asked).toBe(1);
    const later = read();
    answer('back');
    expect(await later).toBe('back');
  });
});
