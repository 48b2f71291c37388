import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { type Model, mongo } from 'mongoose';
import { type ApnsEnvironment, Device, type Platform, type Provider } from '@app/common/schemas/device.schema.js';

/** What a device says of itself. */
export interface DeviceAsk {
  installationId: string;
  platform: Platform;
  provider: Provider;
  environment?: ApnsEnvironment;
  token: string;
  locale?: string;
  timezone?: string;
}

/** A registered device. */
export interface KnownDevice extends DeviceAsk {
  userId: string;
  tokenUpdatedAt: Date;
  lastSeenAt: Date;
}

const MAX_TRIES = 10;
const MAX_REST_MS = 20;

/** Keeps `devices`. */
@Injectable()
export class DeviceRepository {
  constructor(@InjectModel(Device.name) private readonly devices: Model<Device>) {}

  /** Registers an installation for a person; its token leaves whichever installation had it. */
  async save(userId: string, ask: DeviceAsk): Promise<KnownDevice> {
    for (let tries = 1; ; tries += 1) {
      const { token, provider, installationId } = ask;
      await this.devices.deleteMany({ token, provider, _id: { $ne: installationId } });
      try {
        return await this.upsert(userId, ask);
      } catch (error) {
        // Someone registered the same token or installation in between; the later one wins.
        const raced = error instanceof mongo.MongoServerError && error.code === 11000;
        if (!raced || tries === MAX_TRIES) throw error;
        await pause(Math.random() * MAX_REST_MS);
      }
    }
  }

  /** A person's devices, the latest seen first. */
  async ofUser(userId: string): Promise<KnownDevice[]> {
    return (await this.devices.find({ userId }).sort({ lastSeenAt: -1 }).lean()).map(known);
  }

  /** The devices of these people, in no order. */
  async ofUsers(userIds: readonly string[]): Promise<KnownDevice[]> {
    return (await this.devices.find({ userId: { $in: userIds } }).lean()).map(known);
  }

  /** Those of these installations that are registered, in no order. */
  async ofInstallations(ids: readonly string[]): Promise<KnownDevice[]> {
    if (ids.length === 0) return [];
    return (await this.devices.find({ _id: { $in: ids } }).lean()).map(known);
  }

  /** Removes a person's installation; undefined when they have none of this id. */
  async remove(userId: string, installationId: string): Promise<KnownDevice | undefined> {
    const device = await this.devices.findOneAndDelete({ _id: installationId, userId }).lean();
    return device ? known(device) : undefined;
  }

  /** Removes what a person has beyond `most` devices, the ones seen longest ago; says how many. */
  async trim(userId: string, most: number): Promise<number> {
    const extra = await this.devices.find({ userId }, { _id: 1 }).sort({ lastSeenAt: -1 }).skip(most).lean();
    if (extra.length === 0) return 0;
    return (await this.devices.deleteMany({ userId, _id: { $in: extra.map(({ _id }) => _id) } })).deletedCount;
  }

  /** Removes an installation whose token is dead, unless it has registered since `before`; true when it did. */
  async removeDead({ installationId, token }: DeviceAsk, before: Date): Promise<boolean> {
    const gone = await this.devices.deleteOne({ _id: installationId, token, lastSeenAt: { $lt: before } });
    return gone.deletedCount === 1;
  }

  private async upsert(userId: string, { installationId, ...ask }: DeviceAsk): Promise<KnownDevice> {
    const said = Object.entries({ userId, ...ask }).filter(([, value]) => value !== undefined);
    const sameToken = { $eq: ['$token', { $literal: ask.token }] };
    const device = await this.devices
      .findOneAndUpdate(
        { _id: installationId },
        [
          {
            $set: {
              tokenUpdatedAt: { $cond: [sameToken, '$tokenUpdatedAt', '$$NOW'] },
              createdAt: { $ifNull: ['$createdAt', '$$NOW'] },
              lastSeenAt: '$$NOW',
            },
          },
          // Literal: what a device says may look like an expression.
          { $set: Object.fromEntries(said.map(([field, value]) => [field, { $literal: value }])) },
        ],
        { upsert: true, returnDocument: 'after', updatePipeline: true, timestamps: false },
      )
      .lean();
    return known(device);
  }
}

function known({ _id, userId, platform, provider, token, tokenUpdatedAt, lastSeenAt, ...rest }: Device): KnownDevice {
  const { environment, locale, timezone } = rest;
  return {
    installationId: _id,
    userId,
    platform,
    provider,
    ...(environment && { environment }),
    token,
    ...(locale && { locale }),
    ...(timezone && { timezone }),
    tokenUpdatedAt,
    lastSeenAt,
  };
}
