import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';
import { SchemaTypes, Types } from 'mongoose';
import type { ConversationKind } from '@app/contracts/events.js';

/** The last message, as a list shows it. Written after the ack; it can always be rebuilt from `messages`. */
@Schema({ _id: false })
export class Head {
  @Prop({ required: true })
  seq: number;

  @Prop({ type: SchemaTypes.ObjectId, required: true })
  messageId: Types.ObjectId;

  @Prop({ required: true })
  senderId: string;

  /** The start of the text. */
  @Prop({ type: String, default: '' })
  text: string;

  @Prop({ required: true })
  createdAt: Date;
}

/** A conversation. Written by chat's conversations module only. */
@Schema({ collection: 'conversations', timestamps: true, versionKey: false })
export class Conversation {
  /** Of a direct conversation: derived from its pair, so that two nodes that make it at once make the same one. */
  _id: Types.ObjectId;

  @Prop({ type: String, enum: ['direct', 'group', 'support'], required: true })
  kind: ConversationKind;

  @Prop()
  name?: string;

  /** The host app's object that it is about. */
  @Prop()
  propertyId?: string;

  @Prop({ required: true })
  createdBy: string;

  /** Everyone, where there are at most 50; empty in a larger group, whose `members` rows say who. */
  @Prop({ type: [String], required: true })
  participantIds: string[];

  @Prop({ required: true })
  participantCount: number;

  @Prop({ type: SchemaFactory.createForClass(Head) })
  head?: Head;

  /** When the last message was kept, by MongoDB's clock; the order of lists. */
  @Prop({ required: true })
  headAt: Date;

  /** The number of its latest change: edits, deletions, membership. */
  @Prop({ default: 0 })
  changeN: number;

  /** The `seq` of its latest change of membership: who knows a later one knows that its own list of members is old. */
  @Prop({ default: 0 })
  membershipSeq: number;

  createdAt: Date;
  updatedAt: Date;
}

export const ConversationSchema = SchemaFactory.createForClass(Conversation);
// Serves: ConversationRepository.listOf (a person's conversations, newest first).
ConversationSchema.index({ participantIds: 1, headAt: -1, _id: -1 });
// Serves: what began since a time, to be published again; ids of direct ones tell no time.
ConversationSchema.index({ createdAt: 1 });
