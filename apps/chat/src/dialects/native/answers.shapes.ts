import { ApiProperty } from '@nestjs/swagger';
import { EXAMPLES, OBJECT_ID } from '@app/common/openapi/examples.js';
import type { Attachment, Conversation, Message, Person, Preview, SystemNote } from '@app/contracts/shapes.js';
import type { ReadMark } from '../../conversations/reading.service.js';

const CONVERSATION = { example: EXAMPLES.conversation, pattern: OBJECT_ID };
const MESSAGE = { example: EXAMPLES.message, pattern: OBJECT_ID };
const BEGUN = { example: '2026-11-20T08:00:00.000Z', format: 'date-time' };
const SAID = { example: '2026-11-21T19:30:00.000Z', format: 'date-time' };
const TEXT = { example: 'See you at eight' };
const SEQ = { type: 'integer' as const, minimum: 1, example: 42 };

/** A person as others see them. */
export class PersonShape implements Person {
  /** The host app's own id. */
  @ApiProperty({ example: 'ana' })
  id: string;
  @ApiProperty({ example: 'Ana' })
  name: string;
  /** Where the host app keeps it. */
  picture?: string;
}

/** A participant of a conversation. */
export class ParticipantShape extends PersonShape {
  @ApiProperty({ enum: ['owner', 'member'], example: 'owner' })
  role: string;
  /** ISO 8601. */
  @ApiProperty(BEGUN)
  joinedAt: string;
}

/** A file of a message. */
export class AttachmentAnswer implements Attachment {
  @ApiProperty({ example: EXAMPLES.media, pattern: OBJECT_ID })
  mediaId: string;
  /** From the media service's record. */
  @ApiProperty({ example: `http://localhost:3000/api/v1/media/${EXAMPLES.media}`, format: 'uri' })
  url: string;
  @ApiProperty({ required: false, example: 'holiday.jpg' })
  name?: string;
  @ApiProperty({ example: 'image/jpeg' })
  contentType: string;
  /** Bytes. */
  @ApiProperty({ type: 'integer', example: 48213 })
  size: number;
}

/** Whether a message was edited. */
export class MetaShape {
  @ApiProperty({ example: false })
  edited: boolean;
  @ApiProperty({ type: String, nullable: true, format: 'date-time', example: null })
  editedAt: string | null;
}

/** What a system message tells. */
export class SystemShape implements SystemNote {
  @ApiProperty({ enum: ['participants.added', 'participants.removed'] })
  event: SystemNote['event'];
  @ApiProperty()
  userIds: string[];
}

/** A message. */
export class MessageShape implements Message {
  /** Its own for ever, also in events: a message that comes twice is known by it. */
  @ApiProperty(MESSAGE)
  _id: string;
  @ApiProperty(CONVERSATION)
  conversationId: string;
  /** Dense position in the conversation: 1, 2, 3 … */
  @ApiProperty(SEQ)
  seq: number;
  /** Of a system message, who did it. */
  @ApiProperty({ example: 'ana' })
  senderId: string;
  @ApiProperty()
  sender: PersonShape;
  /** As it was sent or last edited; may be empty beside attachments. */
  @ApiProperty(TEXT)
  text: string;
  /** Type, size and address are those of the files' records. */
  @ApiProperty()
  attachments: AttachmentAnswer[];
  /** Whether it was edited, and when. */
  @ApiProperty()
  meta: MetaShape;
  /** Members who have read it, at most 50. */
  @ApiProperty({ example: ['ana'] })
  readBy: string[];
  /** ISO 8601; grows with `seq`. */
  @ApiProperty(SAID)
  createdAt: string;
  /** Only to the sender. */
  @ApiProperty({ required: false, example: 'b7d1f6b0-0001' })
  localId?: string;
  /** Only of a deleted message, whose text and attachments are gone. */
  @ApiProperty({ required: false, format: 'date-time' })
  deletedAt?: string;
  /** Only of a message that nobody wrote: who was added or removed. */
  @ApiProperty({ required: false })
  system?: SystemShape;
}

/** A message was deleted. */
export class DeletedShape {
  @ApiProperty(MESSAGE)
  messageId: string;
  @ApiProperty(CONVERSATION)
  conversationId: string;
}

/** The last message of a conversation. */
export class PreviewShape implements Preview {
  @ApiProperty(MESSAGE)
  _id: string;
  @ApiProperty(SEQ)
  seq: number;
  /** The first 100 characters. */
  @ApiProperty(TEXT)
  text: string;
  @ApiProperty({ example: 'ana' })
  senderId: string;
  @ApiProperty(SAID)
  createdAt: string;
}

/** A conversation as one of its members sees it. */
export class ConversationAnswer implements Conversation {
  @ApiProperty(CONVERSATION)
  _id: string;
  /** Empty above 50 participants. */
  @ApiProperty({ example: ['ana', 'ben'] })
  participantIds: string[];
  @ApiProperty({ type: 'integer', minimum: 1, example: 2 })
  participantCount: number;
  @ApiProperty({ example: false })
  isGroup: boolean;
  /** Of a group that has one. */
  @ApiProperty({ required: false })
  name?: string;
  /** The host app's object that it is about. */
  @ApiProperty({ required: false, example: 'flat-7' })
  propertyId?: string;
  @ApiProperty({ type: PreviewShape, nullable: true })
  lastMessage: PreviewShape | null;
  /** One's own unread messages, under one's own id. */
  @ApiProperty({ type: 'object', additionalProperties: { type: 'integer' }, example: { ana: 2 } })
  unreadCounts: Record<string, number>;
  @ApiProperty(BEGUN)
  createdAt: string;
  @ApiProperty(SAID)
  updatedAt: string;
}

/** How far one has read. */
export class ReadMarkShape implements ReadMark {
  @ApiProperty(CONVERSATION)
  conversationId: string;
  @ApiProperty({ type: 'integer', minimum: 0, example: 42 })
  upToSeq: number;
  /** Newly read, the newest 100 at most. */
  @ApiProperty({ example: [EXAMPLES.message] })
  messageIds: string[];
}

/** What the service is. */
export class InfoShape {
  @ApiProperty({ example: 'chat-service' })
  service: string;
  @ApiProperty({ example: '1' })
  version: string;
  /** Of the sockets. */
  @ApiProperty({ example: '/chat' })
  namespace: string;
  /** Where Swagger UI is, at the service itself. */
  @ApiProperty({ example: '/api' })
  docs: string;
  /** Where its health is, at the service itself. */
  @ApiProperty({ example: '/health' })
  health: string;
}
