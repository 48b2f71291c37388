import { Metrics } from '@app/common/metrics/metrics.js';
import { connectRedis } from '@app/common/redis/redis.module.js';
import { watched } from '@app/common/redis/watched.js';
import { ENV } from '@app/common/env/shared.settings.js';
import { Module } from '@nestjs/common';
import { Admission } from '../admission.js';
import type { Env } from '../env.js';
import { IMPATIENT, Limiter, LIMITER_REDIS } from './limiter.js';

/** How requests are let in. */
@Module({
  providers: [
    {
      provide: LIMITER_REDIS,
      inject: [ENV, Metrics],
      useFactory: (env: Env, metrics: Metrics) => watched(connectRedis(env, IMPATIENT), 'limiter', metrics),
    },
    Limiter,
    Admission,
  ],
  exports: [Admission, Limiter],
})
export class LimitsModule {}
