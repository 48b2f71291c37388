import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { ENV } from '@app/common/env/shared.settings.js';
import { StreamConsumer } from '@app/common/events/stream.consumer.js';
import { watchStream } from '@app/common/events/stream.gauges.js';
import { Metrics } from '@app/common/metrics/metrics.js';
import { connectRedis, REDIS } from '@app/common/redis/redis.module.js';
import type { Env } from './env.js';
import { IntakeService } from './ledger/intake.service.js';
import { PACE, type Pace } from './pace.js';
import { AttemptRepository, isDatabaseAway } from './push/attempt.repository.js';

const HEARD = { type: 'message.created', group: 'notification' } as const;
/** Longer than a blocking read: then the connection is dead, though nobody said so. */
const SILENCE_MS = 10_000;

/** Hears of new messages; an event is acknowledged when its pushes are kept and the ledger says so. */
@Injectable()
export class MessageCreatedConsumer implements OnApplicationBootstrap, OnModuleDestroy {
  private consumer: StreamConsumer<'message.created'> | undefined;

  constructor(
    private readonly intake: IntakeService,
    private readonly attempts: AttemptRepository,
    @Inject(ENV) private readonly env: Env,
    @Inject(PACE) private readonly pace: Pace,
    @Inject(REDIS) private readonly redis: Redis,
    private readonly metrics: Metrics,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.attempts.ready();
    watchStream(this.metrics, this.redis, HEARD);
    this.consumer = new StreamConsumer(connectRedis(this.env, { socketTimeout: SILENCE_MS }), {
      ...HEARD,
      worker: `${hostname()}-${process.pid}-${randomUUID()}`,
      handle: (events) => this.intake.take(events),
      isOutage: isDatabaseAway,
      claimAfterMs: this.pace.claimAfterMs,
      metrics: this.metrics,
    });
    this.consumer.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.consumer?.stop();
  }
}
