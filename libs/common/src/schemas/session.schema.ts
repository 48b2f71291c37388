import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';

/** One login on one device, kept alive by refresh tokens of which the newest counts. Written by the gateway only. */
@Schema({ collection: 'sessions', timestamps: true, versionKey: false })
export class Session {
  /** The first part of each of its refresh tokens. */
  @Prop({ type: String, required: true })
  _id: string;

  @Prop({ required: true })
  userId: string;

  /** SHA-256 of the newest refresh token; an older one that comes again ends the session. */
  @Prop({ required: true })
  tokenHash: string;

  @Prop({ required: true })
  expiresAt: Date;

  createdAt: Date;
  updatedAt: Date;
}

export const SessionSchema = SchemaFactory.createForClass(Session);
// Serves: MongoDB's own removal of logins that are over.
SessionSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
