import { type DynamicModule, Global, Module } from '@nestjs/common';
import { ENV, type SharedEnv } from './shared.settings.js';

/** Gives an app's settings to whoever injects `ENV`. */
@Global()
@Module({})
export class EnvModule {
  static of(env: SharedEnv): DynamicModule {
    return { module: EnvModule, providers: [{ provide: ENV, useValue: env }], exports: [ENV] };
  }
}
