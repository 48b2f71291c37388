import { Global, Module } from '@nestjs/common';
import { Metrics } from './metrics.js';

/** Gives an app's {@link Metrics} to whoever counts something. */
@Global()
@Module({ providers: [Metrics], exports: [Metrics] })
export class MetricsModule {}
