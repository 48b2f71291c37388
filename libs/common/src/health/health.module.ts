import { type DynamicModule, Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { HEALTH_ABOUT, HealthController } from './health.controller.js';

/** `/health`, `/health/live` and `/health/ready` of an app; `about` is shown by the first two. */
@Module({})
export class HealthModule {
  static of(about: { service: string; node?: string }): DynamicModule {
    return {
      module: HealthModule,
      imports: [TerminusModule],
      controllers: [HealthController],
      providers: [{ provide: HEALTH_ABOUT, useValue: about }],
    };
  }
}
