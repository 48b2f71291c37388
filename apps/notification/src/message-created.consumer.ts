import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { ENV } from '@app/common/env/shared.settings.js';
import { StreamConsumer } from '@app/common/events/stream.consumer.js';
import { connectRedis } from '@app/common/redis/redis.module.js';
import type { Env } from './env.js';
import { IntakeService } from './ledger/intake.service.js';
import { PACE, type Pace } from './pace.js';
import { AttemptRepository, isDatabaseAway } from './push/attempt.repository.js';

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
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.attempts.ready();
    this.consumer = new StreamConsumer(connectRedis(this.env, { socketTimeout: SILENCE_MS }), {
      type: 'message.created',
      group: 'notification',
      worker: `${hostname()}-${process.pid}-${randomUUID()}`,
      handle: (events) => this.intake.take(events),
      isOutage: isDatabaseAway,
      claimAfterMs: this.pace.claimAfterMs,
    });
    this.consumer.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.consumer?.stop();
  }
}
