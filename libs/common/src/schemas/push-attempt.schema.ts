import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';
import { type Platform, PLATFORMS, type Provider, PROVIDERS } from './device.schema.js';

/** What became of a push: `accepted` by the provider, `refused` for good, or `expired` before it could be sent. */
export const ATTEMPT_STATES = ['pending', 'accepted', 'refused', 'expired'] as const;
export type AttemptState = (typeof ATTEMPT_STATES)[number];

/** What a push says; message text, so it is kept only while the push is pending. */
@Schema({ _id: false })
export class PushPayload {
  @Prop({ required: true })
  title: string;

  @Prop({ type: String, default: '' })
  body: string;

  @Prop({ required: true })
  senderId: string;

  @Prop({ required: true })
  seq: number;
}

const KEPT_DAYS = 7;

/** One push to one installation about one message. Written by notification's push module only. */
@Schema({ collection: 'push_attempts', versionKey: false })
export class PushAttempt {
  @Prop({ required: true })
  messageId: string;

  @Prop({ required: true })
  conversationId: string;

  /** Whose installation it was when the message came; a push never goes to someone who took it over. */
  @Prop({ required: true })
  userId: string;

  @Prop({ required: true })
  installationId: string;

  @Prop({ type: String, enum: PLATFORMS, required: true })
  platform: Platform;

  @Prop({ type: String, enum: PROVIDERS, required: true })
  provider: Provider;

  @Prop({ type: String, enum: ATTEMPT_STATES, required: true })
  state: AttemptState;

  @Prop({ type: SchemaFactory.createForClass(PushPayload) })
  payload?: PushPayload;

  /** Where it goes on in its message's trace (W3C Trace Context), if that is traced. */
  @Prop()
  traceparent?: string;

  /** How often sending was begun. */
  @Prop({ required: true })
  attempts: number;

  /** When it may be claimed; a claim moves this to the end of its lease. */
  @Prop({ required: true })
  nextAttemptAt: Date;

  /** The claim that may write the result; another one took over when it differs. */
  @Prop()
  lease?: string;

  /** When the latest attempt began, by MongoDB's clock, as `lastSeenAt` of devices. */
  @Prop()
  startedAt?: Date;

  /** Not worth sending after this. */
  @Prop({ required: true })
  expiresAt: Date;

  /** The last failure, or why it was refused. */
  @Prop()
  reason?: string;

  /** The provider's name of the accepted push. */
  @Prop()
  providerMessageId?: string;

  @Prop({ required: true })
  createdAt: Date;

  @Prop()
  doneAt?: Date;
}

export const PushAttemptSchema = SchemaFactory.createForClass(PushAttempt);
// Makes a push of one message to one installation unique, however often its event comes.
PushAttemptSchema.index({ messageId: 1, installationId: 1 }, { unique: true });
// Serves: AttemptRepository.claim and nextDue. Partial: what is done is never asked for.
PushAttemptSchema.index({ nextAttemptAt: 1 }, { partialFilterExpression: { state: 'pending' } });
// Serves: AttemptRepository.waiting; the state is in it so that a count reads the index only.
PushAttemptSchema.index({ state: 1, provider: 1, createdAt: 1 }, { partialFilterExpression: { state: 'pending' } });
// Removes what is done, after the time in which an event could come again.
PushAttemptSchema.index({ doneAt: 1 }, { expireAfterSeconds: KEPT_DAYS * 24 * 60 * 60 });
