import { ApiProperty } from '@nestjs/swagger';
import type { Attachment, Conversation, Message, Person, Preview, SystemNote } from '@app/contracts/shapes.js';
import type { ReadMark } from '../../conversations/reading.service.js';

/** A person as others see them. */
export class PersonShape implements Person {
  /** The host app's own id. */
  id: string;
  name: string;
  picture?: string;
}

/** A participant of a conversation. */
export class ParticipantShape extends PersonShape {
  @ApiProperty({ enum: ['owner', 'member'] })
  role: string;
  /** ISO 8601. */
  joinedAt: string;
}

/** A file of a message. */
export class AttachmentAnswer implements Attachment {
  mediaId: string;
  /** From the media service's record. */
  url: string;
  name?: string;
  contentType: string;
  /** Bytes. */
  size: number;
}

/** Whether a message was edited. */
export class MetaShape {
  edited: boolean;
  @ApiProperty({ type: String, nullable: true })
  editedAt: string | null;
}

/** What a system message tells. */
export class SystemShape implements SystemNote {
  @ApiProperty({ enum: ['participants.added', 'participants.removed'] })
  event: SystemNote['event'];
  userIds: string[];
}

/** A message. */
export class MessageShape implements Message {
  /** Its own for ever, also in events: a message that comes twice is known by it. */
  _id: string;
  conversationId: string;
  /** Dense position in the conversation: 1, 2, 3 … */
  seq: number;
  /** Of a system message, who did it. */
  senderId: string;
  sender: PersonShape;
  /** As it was sent or last edited; may be empty beside attachments. */
  text: string;
  /** Type, size and address are those of the files' records. */
  attachments: AttachmentAnswer[];
  /** Whether it was edited, and when. */
  meta: MetaShape;
  /** Members who have read it, at most 50. */
  readBy: string[];
  /** ISO 8601; grows with `seq`. */
  createdAt: string;
  /** Only to the sender. */
  localId?: string;
  /** Only of a deleted message, whose text and attachments are gone. */
  deletedAt?: string;
  /** Only of a message that nobody wrote: who was added or removed. */
  system?: SystemShape;
}

/** A message was deleted. */
export class DeletedShape {
  messageId: string;
  conversationId: string;
}

/** The last message of a conversation. */
export class PreviewShape implements Preview {
  _id: string;
  seq: number;
  /** The first 100 characters. */
  text: string;
  senderId: string;
  createdAt: string;
}

/** A conversation as one of its members sees it. */
export class ConversationAnswer implements Conversation {
  _id: string;
  /** Empty above 50 participants. */
  participantIds: string[];
  participantCount: number;
  isGroup: boolean;
  name?: string;
  propertyId?: string;
  @ApiProperty({ type: PreviewShape, nullable: true })
  lastMessage: PreviewShape | null;
  /** One's own unread messages, under one's own id. */
  @ApiProperty({ type: 'object', additionalProperties: { type: 'integer' }, example: { ana: 2 } })
  unreadCounts: Record<string, number>;
  createdAt: string;
  updatedAt: string;
}

/** How far one has read. */
export class ReadMarkShape implements ReadMark {
  conversationId: string;
  upToSeq: number;
  /** Newly read, the newest 100 at most. */
  messageIds: string[];
}
