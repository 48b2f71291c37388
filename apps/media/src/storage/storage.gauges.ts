import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Metrics } from '@app/common/metrics/metrics.js';
import { reading } from '@app/common/metrics/reading.js';
import { storageMetrics } from './storage.metrics.js';
import { STORAGE, type Storage } from './storage.js';

/** Shows how full the storage is. */
@Injectable()
export class StorageGauges implements OnApplicationBootstrap {
  constructor(
    private readonly metrics: Metrics,
    @Inject(STORAGE) private readonly storage: Storage,
  ) {}

  onApplicationBootstrap(): void {
    const { free, size } = this.metrics.of(storageMetrics);
    const space = reading(() => this.storage.space());
    free.reads(async () => (await space()).free);
    size.reads(async () => (await space()).size);
  }
}
