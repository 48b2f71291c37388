import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';
import { SchemaTypes, Types } from 'mongoose';

/**
 * How far a walk over the messages has come, and which process walks. Written by `common/events` only: each walk by the
 * service that its name begins with.
 */
@Schema({ collection: 'checkpoints', versionKey: false })
export class Checkpoint {
  /** `<service>:<walk>`. */
  @Prop({ type: String, required: true })
  _id: string;

  /** Everything before this is done. */
  @Prop({ type: SchemaTypes.ObjectId, required: true })
  at: Types.ObjectId;

  /** Set while everything from here on is to be done again. */
  @Prop({ type: SchemaTypes.ObjectId })
  back?: Types.ObjectId;

  /** How often somebody asked for that. */
  @Prop({ required: true, default: 0 })
  asked: number;

  /** The latest number that was left in Redis; smaller or missing there, Redis has lost data. */
  @Prop({ required: true, default: 0 })
  stamp: number;

  /** The process that walks, until the time below or until it lets go. */
  @Prop()
  holder?: string;

  /** By MongoDB's clock. */
  @Prop()
  heldUntil?: Date;
}

/** A handful of documents, asked for by `_id` only. */
export const CheckpointSchema = SchemaFactory.createForClass(Checkpoint);
