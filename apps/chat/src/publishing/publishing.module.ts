import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';
import { CheckpointRepository } from '@app/common/events/checkpoint.repository.js';
import { EventPublisher } from '@app/common/events/event.publisher.js';
import { MessageLogRepository } from '@app/common/events/message-log.repository.js';
import { Checkpoint, CheckpointSchema } from '@app/common/schemas/checkpoint.schema.js';
import { EventOutlet } from './event.outlet.js';
import { PUBLISHING, PUBLISHING_PACE } from './pace.js';
import { Replay } from './replay.js';

/** Events for other services: published when something happens, and again when Redis may have lost them. */
@Module({
  imports: [MongooseModule.forFeature([{ name: Checkpoint.name, schema: CheckpointSchema }])],
  providers: [
    { provide: PUBLISHING_PACE, useValue: PUBLISHING },
    EventPublisher,
    CheckpointRepository,
    MessageLogRepository,
    EventOutlet,
    Replay,
  ],
  exports: [EventOutlet, CheckpointRepository],
})
export class PublishingModule {}
