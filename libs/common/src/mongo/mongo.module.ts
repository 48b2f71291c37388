import { type DynamicModule, Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';

/** The one MongoDB connection of an app. A start without MongoDB waits; readiness tells. */
@Module({})
export class MongoModule {
  static connect(uri: string, appName: string): DynamicModule {
    return {
      module: MongoModule,
      imports: [
        MongooseModule.forRoot(uri, {
          appName,
          serverSelectionTimeoutMS: 3000,
          // Pushes and sweeps run beside requests; the hot path shares two flights.
          maxPoolSize: 20,
          retryAttempts: Number.MAX_SAFE_INTEGER,
          retryDelay: 1000,
        }),
      ],
      exports: [MongooseModule],
    };
  }
}
