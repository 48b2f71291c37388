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
          // A server that is frozen, or gone without a word, must not hold callers or connections for good.
          waitQueueTimeoutMS: 2000,
          socketTimeoutMS: 15_000,
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
