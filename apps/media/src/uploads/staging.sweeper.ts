import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Metrics } from '@app/common/metrics/metrics.js';
import { STORAGE, type Storage } from '../storage/storage.js';
import { uploadMetrics } from './upload.metrics.js';

/** Three times what Node gives a request to arrive in: nobody waits for such an upload any more. */
const AGE_MS = 15 * 60_000;

/** Removes what crashed uploads left staged: at the start, and then as time goes by. Siblings may share the storage. */
@Injectable()
export class StagingSweeper implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly log = new Logger(StagingSweeper.name);
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(STORAGE) private readonly storage: Storage,
    private readonly metrics: Metrics,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.sweep();
    this.timer = setInterval(() => void this.sweep(), AGE_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private async sweep(): Promise<void> {
    try {
      const removed = await this.storage.sweep(new Date(Date.now() - AGE_MS));
      this.metrics.of(uploadMetrics).swept.inc(removed);
      if (removed > 0) this.log.log({ removed }, 'removed what broken uploads left');
    } catch (error) {
      this.log.error({ err: error }, 'could not remove what broken uploads left');
    }
  }
}
