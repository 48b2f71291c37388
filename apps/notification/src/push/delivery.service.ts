import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { KnownDevice } from '../devices/device.repository.js';
import { PACE, type Pace } from '../pace.js';
import { AttemptRepository, type ClaimedAttempt } from './attempt.repository.js';
import { AttemptService } from './attempt.service.js';

/** Pushes under way have this long to end when the service stops; their leases bring back those that do not. */
const DRAIN_MS = 4000;
const REST_MS = 1000;
const GATHER_MS = 20;

/** Takes due attempts, a bounded number at a time, and has them carried out; any number of processes may do so at once. */
@Injectable()
export class DeliveryService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger(DeliveryService.name);
  private readonly stopping = new AbortController();
  private readonly underWay = new Set<Promise<void>>();
  private sleep = new AbortController();
  private loop: Promise<void> | undefined;

  constructor(
    private readonly attempts: AttemptRepository,
    private readonly service: AttemptService,
    @Inject(PACE) private readonly pace: Pace,
  ) {}

  onApplicationBootstrap(): void {
    this.loop = this.run();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    this.wake();
    await this.loop;
    await Promise.race([Promise.allSettled(this.underWay), pause(DRAIN_MS, undefined, { ref: false })]);
  }

  /** Says that something may be due. */
  wake(): void {
    this.sleep.abort();
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      try {
        await this.take();
      } catch (error) {
        this.log.warn({ err: error }, 'taking due pushes failed; trying again');
        await pause(REST_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      }
    }
  }

  /** Claims and begins as many attempts as there is room for; waits when there is no room, or none is due. */
  private async take(): Promise<void> {
    await this.room();
    this.sleep = new AbortController();
    // Told to stop while there was no room: that woke the sleep before this one.
    if (this.stopping.signal.aborted) return;
    const claimed = await this.attempts.claim(
      new Date(),
      this.pace.leaseMs,
      this.pace.concurrency - this.underWay.size,
    );
    const devices = await this.service.devicesOf(claimed);
    for (const attempt of claimed) this.begin(attempt, devices.get(attempt.installationId));
    if (claimed.length === 0) await this.rest(await this.attempts.nextDue());
  }

  /** Waits until half of the places are free, but only a moment, then for one: claiming many costs as much as one. */
  private async room(): Promise<void> {
    const { concurrency } = this.pace;
    const moment = pause(GATHER_MS, 'late', { ref: false });
    while (this.underWay.size > concurrency / 2) {
      if ((await Promise.race([moment, ...this.underWay])) === 'late') break;
    }
    while (this.underWay.size >= concurrency) await Promise.race(this.underWay);
  }

  private begin(attempt: ClaimedAttempt, device: KnownDevice | undefined): void {
    const carried = this.carryOut(attempt, device).finally(() => this.underWay.delete(carried));
    this.underWay.add(carried);
  }

  private async carryOut(attempt: ClaimedAttempt, device: KnownDevice | undefined): Promise<void> {
    try {
      const state = await this.service.carryOut(attempt, device);
      // Due again sooner than its lease would have ended, which is what the loop knows of.
      if (state === 'pending') this.wake();
    } catch (error) {
      // Not settled: the lease ends, and it is begun again.
      const { id, provider, push } = attempt;
      const about = { attemptId: id.toHexString(), messageId: push.messageId, provider };
      this.log.error({ ...about, err: error }, 'a push failed; it is begun again');
    }
  }

  /** Until something is due, or said to be. */
  private async rest(due: Date | undefined): Promise<void> {
    const ms = Math.min(this.pace.sweepMs, due ? Math.max(due.getTime() - Date.now(), 1) : this.pace.sweepMs);
    await pause(ms, undefined, { signal: this.sleep.signal }).catch(() => undefined);
  }
}
