import { Metrics } from '@app/common/metrics/metrics.js';
import { jest } from '@jest/globals';
import type { MessageRepository } from '../messages/message.repository.js';
import type { KeptMessage } from '../messages/message.rules.js';
import type { Lane } from './lane.js';
import { Unsettled } from './unsettled.js';

const lane = {} as Lane;

/** Looks for one message, which is found from the given look on. */
async function lookFor(foundAt: number) {
  jest.useFakeTimers();
  let looks = 0;
  const found = () => Promise.resolve(++looks >= foundAt ? [{ id: 'm', seq: 1 } as KeptMessage] : []);
  const unsettled = new Unsettled({ findAll: found } as unknown as MessageRepository, new Metrics());
  const tell = jest.fn((_lane: Lane, _message: KeptMessage) => Promise.resolve());
  unsettled.start(tell);
  unsettled.add('m', lane);
  await jest.advanceTimersByTimeAsync(60_000);
  jest.useRealTimers();
  return { looks, told: tell.mock.calls.length };
}

describe('a message whose outcome is unknown', () => {
  it('is told when it is found, and not looked for again', async () => {
    expect(await lookFor(2)).toEqual({ looks: 2, told: 1 });
  });

  it('is told when the last look finds it', async () => {
    expect(await lookFor(10)).toEqual({ looks: 10, told: 1 });
  });

  it('is told after those before it, in whatever order they were given up', async () => {
    jest.useFakeTimers();
    const messages = [3, 1, 2].map((seq) => ({ id: `m${seq}`, seq }) as KeptMessage);
    const unsettled = new Unsettled(
      { findAll: () => Promise.resolve(messages) } as unknown as MessageRepository,
      new Metrics(),
    );
    const told: number[] = [];
    unsettled.start((_lane, { seq }) => Promise.resolve(void told.push(seq)));
    for (const { id } of messages) unsettled.add(id, lane);
    await jest.advanceTimersByTimeAsync(2000);
    jest.useRealTimers();
    expect(told).toEqual([1, 2, 3]);
  });

  it('is not looked for for ever', async () => {
    expect(await lookFor(11)).toEqual({ looks: 10, told: 0 });
  });
});
