import { AuthModule } from '@app/common/auth/auth.module.js';
import { EnvModule } from '@app/common/env/env.module.js';
import { HealthModule } from '@app/common/health/health.module.js';
import { loggingModule } from '@app/common/logging/logging.module.js';
import { MetricsModule } from '@app/common/metrics/metrics.module.js';
import { MongoModule } from '@app/common/mongo/mongo.module.js';
import { RedisModule } from '@app/common/redis/redis.module.js';
import { type DynamicModule, Module } from '@nestjs/common';
import { EventsController } from './docs/events.controller.js';
import type { Env } from './env.js';
import { HomeController } from './home.controller.js';
import { AccountsModule } from './identity/accounts.module.js';
import { LimitsModule } from './limits/limits.module.js';
import { ProxyModule } from './proxy/proxy.module.js';

/** The gateway: identity is its own, everything else is passed on. */
@Module({})
export class GatewayModule {
  static with(env: Env): DynamicModule {
    return {
      module: GatewayModule,
      imports: [
        EnvModule.of(env),
        loggingModule('api-gateway', env),
        MongoModule.connect(env.MONGODB_URI, 'api-gateway'),
        RedisModule.connect(env),
        MetricsModule,
        AuthModule,
        HealthModule.of({ service: 'api-gateway' }),
        AccountsModule,
        LimitsModule,
        ProxyModule,
      ],
      controllers: [HomeController, EventsController],
    };
  }
}
