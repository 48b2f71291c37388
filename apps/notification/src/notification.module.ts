import { type DynamicModule, Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';
import { AuthModule } from '@app/common/auth/auth.module.js';
import { EnvModule } from '@app/common/env/env.module.js';
import { CheckpointRepository } from '@app/common/events/checkpoint.repository.js';
import { MessageLogRepository } from '@app/common/events/message-log.repository.js';
import { HealthModule } from '@app/common/health/health.module.js';
import { loggingModule } from '@app/common/logging/logging.module.js';
import { MetricsModule } from '@app/common/metrics/metrics.module.js';
import { MongoModule } from '@app/common/mongo/mongo.module.js';
import { PresenceDirectory } from '@app/common/presence/presence.directory.js';
import { RedisModule } from '@app/common/redis/redis.module.js';
import { Checkpoint, CheckpointSchema } from '@app/common/schemas/checkpoint.schema.js';
import { Device, DeviceSchema } from '@app/common/schemas/device.schema.js';
import { LedgerBatch, LedgerBatchSchema } from '@app/common/schemas/ledger.schema.js';
import { PushAttempt, PushAttemptSchema } from '@app/common/schemas/push-attempt.schema.js';
import { DeviceController } from './devices/device.controller.js';
import { DeviceRepository } from './devices/device.repository.js';
import { DeviceService } from './devices/device.service.js';
import type { Env } from './env.js';
import { IntakeService } from './ledger/intake.service.js';
import { LedgerRepository } from './ledger/ledger.repository.js';
import { SweeperService } from './ledger/sweeper.service.js';
import { MessageCreatedConsumer } from './message-created.consumer.js';
import { PACE, paceOf } from './pace.js';
import { AttemptRepository } from './push/attempt.repository.js';
import { AttemptService } from './push/attempt.service.js';
import { DeliveryService } from './push/delivery.service.js';
import { MemberRepository } from './push/member.repository.js';
import { PushGauges } from './push/push.gauges.js';
import { PushService } from './push/push.service.js';
import { Senders } from './senders/senders.js';

/** The notification service: devices in, pushes out, to those whom no socket reaches. */
@Module({})
export class NotificationModule {
  static with(env: Env): DynamicModule {
    return {
      module: NotificationModule,
      imports: [
        EnvModule.of(env),
        loggingModule('notification', env),
        MongoModule.connect(env.MONGODB_URI, 'notification'),
        RedisModule.connect(env),
        MetricsModule,
        AuthModule,
        HealthModule.of({ service: 'notification' }),
        MongooseModule.forFeature([
          { name: Device.name, schema: DeviceSchema },
          { name: PushAttempt.name, schema: PushAttemptSchema },
          { name: LedgerBatch.name, schema: LedgerBatchSchema },
          { name: Checkpoint.name, schema: CheckpointSchema },
        ]),
      ],
      controllers: [DeviceController],
      providers: [
        { provide: PACE, useValue: paceOf(env) },
        PresenceDirectory,
        Senders,
        DeviceRepository,
        DeviceService,
        MemberRepository,
        AttemptRepository,
        AttemptService,
        DeliveryService,
        PushService,
        PushGauges,
        CheckpointRepository,
        MessageLogRepository,
        LedgerRepository,
        IntakeService,
        SweeperService,
        MessageCreatedConsumer,
      ],
    };
  }
}
