import { connectRedis } from '@app/common/redis/redis.module.js';
import { ENV } from '@app/common/env/shared.settings.js';
import { Module } from '@nestjs/common';
import { Admission } from '../admission.js';
import type { Env } from '../env.js';
import { IMPATIENT, Limiter, LIMITER_REDIS } from './limiter.js';

/** How requests are let in. */
@Module({
  providers: [
    { provide: LIMITER_REDIS, inject: [ENV], useFactory: (env: Env) => connectRedis(env, IMPATIENT) },
    Limiter,
    Admission,
  ],
  exports: [Admission, Limiter],
})
export class LimitsModule {}
