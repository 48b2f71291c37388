import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { PACE, type Pace } from '../pace.js';
import { AttemptRepository, type ClaimedAttempt } from './attempt.repository.js';
import { AttemptService } from './attempt.service.js';

/** Pushes under way have this long to end when the service stops; their leases bring back those that do not. */
const DRAIN_MS = 4000;
const REST_MS = 1000;

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
    let asking = 1;
    while (!this.stopping.signal.aborted) {
      try {
        const claimed = await this.take(asking);
        // Twice as many at once while there is more than asked for; one when all is quiet.
        asking = claimed.length === asking ? Math.min(asking * 2, this.pace.concurrency) : 1;
      } catch (error) {
        this.log.warn({ err: error }, 'taking due pushes failed; trying again');
        await pause(REST_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      }
    }
  }

  /** Claims and begins up to `asking` attempts, as many as there is room for; waits when there is none, or none due. */
  private async take(asking: number): Promise<ClaimedAttempt[]> {
    const room = this.pace.concurrency - this.underWay.size;
    if (room === 0) {
      await Promise.race(this.underWay);
      return [];
    }
    this.sleep = new AbortController();
    const now = new Date();
    const claims = Array.from({ length: Math.min(asking, room) }, () => this.attempts.claim(now, this.pace.leaseMs));
    const claimed = (await Promise.all(claims)).filter((attempt) => attempt !== undefined);
    for (const attempt of claimed) this.begin(attempt);
    if (claimed.length === 0) await this.rest(await this.attempts.nextDue());
    return claimed;
  }

  private begin(attempt: ClaimedAttempt): void {
    const carried = this.service
      .carryOut(attempt)
      // Not settled: the lease ends, and it is begun again.
      .catch((error: unknown) => this.log.error({ err: error, messageId: attempt.push.messageId }, 'a push failed'))
      .finally(() => this.underWay.delete(carried));
    this.underWay.add(carried);
  }

  /** Until something is due, or said to be. */
  private async rest(due: Date | undefined): Promise<void> {
    const ms = Math.min(this.pace.sweepMs, due ? Math.max(due.getTime() - Date.now(), 1) : this.pace.sweepMs);
    await pause(ms, undefined, { signal: this.sleep.signal }).catch(() => undefined);
  }
}
