import { setTimeout as pause } from 'node:timers/promises';
import { type DynamicModule, Logger, Module, type OnModuleInit } from '@nestjs/common';
import { InjectConnection, MongooseModule, type MongooseModuleOptions } from '@nestjs/mongoose';
import type { Connection } from 'mongoose';
import { Metrics } from '../metrics/metrics.js';
import { isMongoAway } from './away.js';
import { watchMongo } from './watched-mongo.js';

const PAUSE_MS = 1000;

/** The one MongoDB connection of an app. Nothing of an app begins before MongoDB answers and has every index. */
@Module({})
export class MongoModule implements OnModuleInit {
  private readonly log = new Logger(MongoModule.name);

  constructor(@InjectConnection() private readonly connection: Connection) {}

  static connect(uri: string, appName: string): DynamicModule {
    return {
      module: MongoModule,
      imports: [
        MongooseModule.forRootAsync({
          inject: [Metrics],
          useFactory: (metrics: Metrics) => ({ ...optionsOf(uri, appName), ...watched(metrics) }),
        }),
      ],
      exports: [MongooseModule],
    };
  }

  /** The unique indexes are the law: a message that is kept before them may be kept twice. */
  async onModuleInit(): Promise<void> {
    for (const model of Object.values(this.connection.models)) await this.index(model);
  }

  private async index(model: Connection['models'][string]): Promise<void> {
    for (;;) {
      try {
        await model.createCollection();
        return await model.createIndexes();
      } catch (error) {
        if (!isMongoAway(error)) throw error;
        this.log.warn({ err: error, collection: model.collection.name }, 'making indexes failed; trying again');
        await pause(PAUSE_MS);
      }
    }
  }
}

const watched = (metrics: Metrics): MongooseModuleOptions => ({
  monitorCommands: true,
  onConnectionCreate: (connection: Connection) => watchMongo(connection.getClient(), metrics),
});

function optionsOf(uri: string, appName: string): MongooseModuleOptions {
  return {
    uri,
    appName,
    // What may yet be rolled back is neither shown nor built upon: a place taken after it would leave a hole.
    readConcernLevel: 'majority',
    writeConcern: { w: 'majority' },
    // Who asks while there is no primary is told so soon.
    serverSelectionTimeoutMS: 1000,
    // A server that is frozen, or gone without a word, is found out in three seconds, and what hangs there is let go.
    heartbeatFrequencyMS: 1000,
    connectTimeoutMS: 2000,
    waitQueueTimeoutMS: 1000,
    socketTimeoutMS: 15_000,
    // Pushes and sweeps run beside requests; the hot path shares two flights.
    maxPoolSize: 20,
    // Made below: all at once and unawaited, some might be missing without a word.
    autoIndex: false,
    autoCreate: false,
    retryAttempts: Number.MAX_SAFE_INTEGER,
    retryDelay: PAUSE_MS,
  };
}
