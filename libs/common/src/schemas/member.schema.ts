import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';
import { SchemaTypes, Types } from 'mongoose';

/** What a member may do in a conversation. */
export type MemberRole = 'owner' | 'member';

/** One person in one conversation. Written by chat's conversations module only. */
@Schema({ collection: 'members', timestamps: true, versionKey: false })
export class Member {
  @Prop({ type: SchemaTypes.ObjectId, required: true })
  conversationId: Types.ObjectId;

  @Prop({ required: true })
  userId: string;

  @Prop({ type: String, required: true })
  role: MemberRole;

  /** True in a group whose conversation does not list its participants. */
  @Prop()
  large?: boolean;

  /** What the person may see begins here: with the message of their coming, or at 0 with everything. */
  @Prop({ required: true, default: 0 })
  joinedSeq: number;

  /** Everything up to this `seq` is read; it only grows. Unread is derived from it. */
  @Prop({ required: true, default: 0 })
  readSeq: number;

  /** When the person last said so, by MongoDB's clock; absent while it was only moved by what the person sent. */
  @Prop()
  readAt?: Date;

  createdAt: Date;
  updatedAt: Date;
}

export const MemberSchema = SchemaFactory.createForClass(Member);
// Serves: who is in a conversation, one person's row in it; also makes a row unique.
MemberSchema.index({ conversationId: 1, userId: 1 }, { unique: true });
// Serves: the rooms a socket joins, a person's marks of a page of conversations.
MemberSchema.index({ userId: 1, conversationId: 1 });
// Serves: what was read since a time, to be published again. Partial: most never said so.
MemberSchema.index({ readAt: 1 }, { partialFilterExpression: { readAt: { $exists: true } } });
// Serves: a person's large groups.
MemberSchema.index({ userId: 1 }, { partialFilterExpression: { large: true } });
