import { type DynamicModule, Module, type OnModuleInit } from '@nestjs/common';
import { InjectConnection, MongooseModule } from '@nestjs/mongoose';
import type { Connection } from 'mongoose';

/** The one MongoDB connection of an app. Nothing of an app begins before MongoDB answers and has every index. */
@Module({})
export class MongoModule implements OnModuleInit {
  constructor(@InjectConnection() private readonly connection: Connection) {}

  static connect(uri: string, appName: string): DynamicModule {
    return {
      module: MongoModule,
      imports: [
        MongooseModule.forRoot(uri, {
          appName,
          // Who asks while there is no primary is told so soon.
          serverSelectionTimeoutMS: 1000,
          // A server that is frozen, or gone without a word, is found out in three seconds, and what hangs there is let go.
          heartbeatFrequencyMS: 1000,
          connectTimeoutMS: 2000,
          waitQueueTimeoutMS: 1000,
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

  /** The unique indexes are the law: a message that is kept before them may be kept twice. */
  async onModuleInit(): Promise<void> {
    await Promise.all(Object.values(this.connection.models).map((model) => model.init()));
  }
}
