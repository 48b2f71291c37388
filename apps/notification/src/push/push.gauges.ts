import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Metrics } from '@app/common/metrics/metrics.js';
import { reading } from '@app/common/metrics/reading.js';
import { PROVIDERS } from '@app/common/schemas/device.schema.js';
import { AttemptRepository } from './attempt.repository.js';
import { pushMetrics } from './push.metrics.js';

/** More than this are as bad as this many. */
const MOST_COUNTED = 10_000;

/** Shows how many pushes wait, and for how long. */
@Injectable()
export class PushGauges implements OnApplicationBootstrap {
  constructor(
    private readonly metrics: Metrics,
    private readonly attempts: AttemptRepository,
  ) {}

  onApplicationBootstrap(): void {
    const { waiting, oldest } = this.metrics.of(pushMetrics);
    for (const provider of PROVIDERS) {
      const read = reading(() => this.attempts.waiting(provider, MOST_COUNTED));
      waiting.with({ provider }).reads(async () => (await read()).count);
      oldest.with({ provider }).reads(async () => secondsSince((await read()).since));
    }
  }
}

function secondsSince(date: Date | undefined): number {
  return date ? Math.max(0, (Date.now() - date.getTime()) / 1000) : 0;
}
