import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';

/**
 * One login on one device, kept alive by refresh tokens of which the newest counts. Written by the gateway only; every service
 * reads which ones have ended.
 */
@Schema({ collection: 'sessions', timestamps: true, versionKey: false })
export class Session {
  /** `sid` of its access tokens; a hash of what its refresh tokens have in common. */
  @Prop({ type: String, required: true })
  _id: string;

  @Prop({ required: true })
  userId: string;

  /** SHA-256 of the newest refresh token; an older one that comes again ends the session. */
  @Prop({ required: true })
  tokenHash: string;

  /** When it ends unless it is used; of one that was ended, when nobody need remember it any more. */
  @Prop({ required: true })
  expiresAt: Date;

  /** When the last of its access tokens expires. */
  @Prop({ required: true })
  accessUntil: Date;

  /** When it was ended, by MongoDB's clock. */
  @Prop()
  endedAt?: Date;

  /** The User-Agent that logged in, at most 256 characters. */
  @Prop()
  device?: string;

  createdAt: Date;
  updatedAt: Date;
}

export const SessionSchema = SchemaFactory.createForClass(Session);
// Serves: MongoDB's own removal of logins that are over.
SessionSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
// Serves: EndedSessionRepository.since; only ended ones are in it.
SessionSchema.index({ endedAt: 1 }, { sparse: true });
// Serves: SessionRepository.list and endOf.
SessionSchema.index({ userId: 1, updatedAt: -1 });
