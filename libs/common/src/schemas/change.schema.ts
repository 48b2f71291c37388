import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';
import { SchemaTypes, Types } from 'mongoose';

/** What may happen to a conversation besides a new message. */
export const CHANGES = ['message.updated', 'message.deleted', 'conversation.updated'] as const;
export type ChangeKind = (typeof CHANGES)[number];

/** One change of a conversation, written in one transaction with the change itself. Written by chat's changes module only. */
@Schema({ collection: 'changes', versionKey: false })
export class Change {
  _id: Types.ObjectId;

  @Prop({ type: SchemaTypes.ObjectId, required: true })
  conversationId: Types.ObjectId;

  /** Dense in its conversation: 1, 2, 3 … */
  @Prop({ required: true })
  n: number;

  @Prop({ type: String, enum: CHANGES, required: true })
  kind: ChangeKind;

  /** Whose doing it was: the audit of what others' messages were deleted by. */
  @Prop({ required: true })
  by: string;

  /** The message that changed, or that tells of the change. */
  @Prop({ type: SchemaTypes.ObjectId, required: true })
  messageId: Types.ObjectId;

  @Prop({ required: true })
  createdAt: Date;
}

export const ChangeSchema = SchemaFactory.createForClass(Change);
// Serves: what changed in a conversation since a number; makes the number unique.
ChangeSchema.index({ conversationId: 1, n: 1 }, { unique: true });
