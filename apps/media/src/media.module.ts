import { type DynamicModule, Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';
import { AuthModule } from '@app/common/auth/auth.module.js';
import { EnvModule } from '@app/common/env/env.module.js';
import { ENV } from '@app/common/env/shared.settings.js';
import { HealthModule } from '@app/common/health/health.module.js';
import { loggingModule } from '@app/common/logging/logging.module.js';
import { MetricsModule } from '@app/common/metrics/metrics.module.js';
import { MongoModule } from '@app/common/mongo/mongo.module.js';
import { RedisModule } from '@app/common/redis/redis.module.js';
import { Media, MediaSchema } from '@app/common/schemas/media.schema.js';
import { AttachmentsRepository } from './downloads/attachments.repository.js';
import { DownloadController } from './downloads/download.controller.js';
import { DownloadService } from './downloads/download.service.js';
import type { Env } from './env.js';
import { MediaRepository } from './media.repository.js';
import { DiskStorage } from './storage/disk.storage.js';
import { StorageGauges } from './storage/storage.gauges.js';
import { STORAGE } from './storage/storage.js';
import { StagingSweeper } from './uploads/staging.sweeper.js';
import { UploadController } from './uploads/upload.controller.js';
import { UploadInterceptor } from './uploads/upload.interceptor.js';
import { UploadService } from './uploads/upload.service.js';

/** The media service: files in, files out, to those who may see them. */
@Module({})
export class MediaModule {
  static with(env: Env): DynamicModule {
    return {
      module: MediaModule,
      imports: [
        EnvModule.of(env),
        loggingModule('media', env),
        MongoModule.connect(env.MONGODB_URI, 'media'),
        RedisModule.connect(env),
        MetricsModule,
        AuthModule,
        HealthModule.of({ service: 'media' }),
        MongooseModule.forFeature([{ name: Media.name, schema: MediaSchema }]),
      ],
      controllers: [UploadController, DownloadController],
      providers: [
        { provide: STORAGE, inject: [ENV], useFactory: ({ MEDIA_DIR }: Env) => new DiskStorage(MEDIA_DIR) },
        MediaRepository,
        AttachmentsRepository,
        StorageGauges,
        UploadService,
        UploadInterceptor,
        StagingSweeper,
        DownloadService,
      ],
    };
  }
}
