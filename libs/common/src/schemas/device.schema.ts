import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';

/** What a device runs. */
export const PLATFORMS = ['android', 'ios', 'web'] as const;
export type Platform = (typeof PLATFORMS)[number];

/** Who gave the token, and takes pushes for it. */
export const PROVIDERS = ['fcm', 'apns', 'webpush'] as const;
export type Provider = (typeof PROVIDERS)[number];

/** Which of Apple's two services knows the token: builds from Xcode are in the sandbox, all others in production. */
export const APNS_ENVIRONMENTS = ['production', 'sandbox'] as const;
export type ApnsEnvironment = (typeof APNS_ENVIRONMENTS)[number];

/** One installation of an app, and where its pushes go. Written by notification's devices module only. */
@Schema({ collection: 'devices', timestamps: { createdAt: true, updatedAt: false }, versionKey: false })
export class Device {
  /** The installation id: the app's own, at most 128 characters. */
  @Prop({ type: String, required: true })
  _id: string;

  @Prop({ required: true })
  userId: string;

  @Prop({ type: String, enum: PLATFORMS, required: true })
  platform: Platform;

  @Prop({ type: String, enum: PROVIDERS, required: true })
  provider: Provider;

  /** Of `apns` only, when the device said it. */
  @Prop({ type: String, enum: APNS_ENVIRONMENTS })
  environment?: ApnsEnvironment;

  @Prop({ required: true })
  token: string;

  /** BCP 47. */
  @Prop()
  locale?: string;

  /** A name of the IANA time zone database. */
  @Prop()
  timezone?: string;

  /** When this token was first given for this installation, by MongoDB's clock. */
  @Prop({ required: true })
  tokenUpdatedAt: Date;

  /** When the device registered last, by MongoDB's clock. */
  @Prop({ required: true })
  lastSeenAt: Date;

  createdAt: Date;
}

export const DeviceSchema = SchemaFactory.createForClass(Device);
// Serves: DeviceRepository.save (a token that moves); makes a token unique.
DeviceSchema.index({ token: 1, provider: 1 }, { unique: true });
// Serves: DeviceRepository.ofUser, trim (a person's devices, the latest seen first) and ofUsers (whom a push goes to).
DeviceSchema.index({ userId: 1, lastSeenAt: -1 });
