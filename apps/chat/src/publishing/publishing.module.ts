import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';
import { CheckpointRepository } from '@app/common/events/checkpoint.repository.js';
import { EventPublisher } from '@app/common/events/event.publisher.js';
import { MessageLogRepository } from '@app/common/events/message-log.repository.js';
import { Checkpoint, CheckpointSchema } from '@app/common/schemas/checkpoint.schema.js';
import { AgainService } from './again.service.js';
import { EventOutlet } from './event.outlet.js';
import { PUBLISHING, PUBLISHING_PACE } from './pace.js';
import { Replay } from './replay.js';
import { ChangeSource } from './sources/change.source.js';
import { ConversationSource } from './sources/conversation.source.js';
import { MessageSource } from './sources/message.source.js';
import { OutboxRepository } from './sources/outbox.repository.js';
import { ReadSource } from './sources/read.source.js';
import { type Source, SOURCES } from './sources/source.js';

const sources = [ConversationSource, MessageSource, ChangeSource, ReadSource];

/** Events for other services: published when something happens, and again when Redis may have lost them. */
@Module({
  imports: [MongooseModule.forFeature([{ name: Checkpoint.name, schema: CheckpointSchema }])],
  providers: [
    { provide: PUBLISHING_PACE, useValue: PUBLISHING },
    EventPublisher,
    CheckpointRepository,
    MessageLogRepository,
    OutboxRepository,
    ...sources,
    { provide: SOURCES, inject: sources, useFactory: (...all: Source[]) => all },
    EventOutlet,
    AgainService,
    Replay,
  ],
  exports: [EventOutlet, CheckpointRepository, SOURCES],
})
export class PublishingModule {}
