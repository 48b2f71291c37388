import type { SystemNote } from '@app/contracts/shapes.js';
import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';
import { SchemaTypes, Types } from 'mongoose';

/** A file of a message, as the media service described it when the message was sent. */
@Schema({ _id: false })
export class StoredAttachment {
  @Prop({ required: true })
  mediaId: string;

  @Prop({ required: true })
  url: string;

  @Prop()
  name?: string;

  @Prop({ required: true })
  contentType: string;

  @Prop({ required: true })
  size: number;
}

/** A message. Written by chat only, through the native driver: new ones by its messages, the rest by its changes module. */
@Schema({ collection: 'messages', versionKey: false })
export class Message {
  _id: Types.ObjectId;

  @Prop({ type: SchemaTypes.ObjectId, required: true })
  conversationId: Types.ObjectId;

  /** Dense in its conversation: 1, 2, 3 … */
  @Prop({ required: true })
  seq: number;

  @Prop({ required: true })
  senderId: string;

  /** The sender's own id of this message; a second insert of it fails, and is answered with the first. */
  @Prop()
  localId?: string;

  @Prop({ type: String, default: '' })
  text: string;

  @Prop({ type: [SchemaFactory.createForClass(StoredAttachment)] })
  attachments: StoredAttachment[];

  /** Grows with `seq`: at least a millisecond after the message before. */
  @Prop({ required: true })
  createdAt: Date;

  @Prop()
  editedAt?: Date;

  /** A tombstone keeps its place, and nothing of what it said. */
  @Prop()
  deletedAt?: Date;

  /** What a system message tells, as data; its text says the same. */
  @Prop({ type: Object })
  system?: SystemNote;
}

/** The index whose violation means that another node took the `seq`. */
export const SEQ_INDEX = 'conversation_seq';
/** The index whose violation means that this message is kept already. */
export const LOCAL_ID_INDEX = 'sender_localId_text';
/** What it was called when it also held every `localId` that was null; chat drops it at its start. */
export const OLD_LOCAL_ID_INDEX = 'sender_localId';

export const MessageSchema = SchemaFactory.createForClass(Message);
// Serves: history, the newest message of a conversation; makes `seq` unique.
MessageSchema.index({ conversationId: 1, seq: 1 }, { unique: true, name: SEQ_INDEX });
// Serves: the answer to a resend. Partial, not sparse: a compound sparse index would hold every message.
MessageSchema.index(
  { senderId: 1, localId: 1 },
  { unique: true, name: LOCAL_ID_INDEX, partialFilterExpression: { localId: { $type: 'string' } } },
);
// Serves: the media service's question where a file was attached.
MessageSchema.index(
  { 'attachments.mediaId': 1 },
  { partialFilterExpression: { 'attachments.mediaId': { $exists: true } } },
);
