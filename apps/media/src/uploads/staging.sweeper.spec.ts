import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Metrics } from '@app/common/metrics/metrics.js';
import type { Storage } from '../storage/storage.js';
import { StagingSweeper } from './staging.sweeper.js';

const MINUTES_15 = 15 * 60_000;
const NOON = new Date('2026-11-21T12:00:00Z');

describe('the sweeper of staged files', () => {
  const sweep = jest.fn<Storage['sweep']>();
  let sweeper: StagingSweeper;
  let metrics: Metrics;

  beforeAll(() => void Logger.overrideLogger(false));
  beforeEach(() => {
    jest.useFakeTimers({ now: NOON });
    sweep.mockReset().mockResolvedValue(0);
    metrics = new Metrics();
    sweeper = new StagingSweeper({ sweep } as Partial<Storage> as Storage, metrics);
  });
  afterEach(() => {
    sweeper.onApplicationShutdown();
    jest.useRealTimers();
  });

  it('sweeps what is a quarter of an hour old, at the start and every quarter of an hour', async () => {
    sweep.mockResolvedValueOnce(2);
    await sweeper.onApplicationBootstrap();
    expect((await metrics.text()).body).toContain('parley_media_staged_swept_total 2');
    expect(sweep.mock.calls).toEqual([[new Date(NOON.getTime() - MINUTES_15)]]);
    await jest.advanceTimersByTimeAsync(2 * MINUTES_15);
    expect(sweep.mock.calls.slice(1)).toEqual([[NOON], [new Date(NOON.getTime() + MINUTES_15)]]);
  });

  it('goes on after a failure, and ends with the app', async () => {
    sweep.mockRejectedValueOnce(new Error('no disk'));
    await sweeper.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(MINUTES_15);
    expect(sweep).toHaveBeenCalledTimes(2);
    sweeper.onApplicationShutdown();
    await jest.advanceTimersByTimeAsync(MINUTES_15);
    expect(sweep).toHaveBeenCalledTimes(2);
  });
});
