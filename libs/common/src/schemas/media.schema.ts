import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';
import type { Types } from 'mongoose';

/** A kept file; its bytes are in the storage under the same id. Written by media's uploads only, after the bytes. */
@Schema({ collection: 'media', timestamps: { createdAt: true, updatedAt: false }, versionKey: false })
export class Media {
  _id: Types.ObjectId;

  /** Who uploaded it. */
  @Prop({ required: true })
  ownerId: string;

  /** The uploader's name for it, cleaned, for people to read; never a path. */
  @Prop({ required: true })
  name: string;

  /** What its first bytes say, never what the uploader says. */
  @Prop({ required: true })
  contentType: string;

  /** Size in bytes. */
  @Prop({ required: true })
  size: number;

  /** SHA-256 of its bytes in hexadecimal; the strong ETag of its downloads. */
  @Prop({ required: true })
  sha256: string;

  createdAt: Date;
}

/** Asked for by `_id` only, so it has no index of its own. */
export const MediaSchema = SchemaFactory.createForClass(Media);
