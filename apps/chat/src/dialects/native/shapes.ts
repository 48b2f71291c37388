import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsMongoId,
  IsNotEmpty,
  IsOptional,
  IsString,
  Length,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { ApiProperty } from '@nestjs/swagger';
import { EXAMPLES, OBJECT_ID, ONE_LINE } from '@app/common/openapi/examples.js';
import type { OpenConversation } from '../../conversations/conversation.rules.js';
import type { EditMessage } from '../../changes/change.service.js';
import type { MarkRead } from '../../conversations/reading.service.js';
import type { SendMessage } from '../../messages/message.service.js';
import type { Asking } from '../dialect.js';
import { OneLine } from './one-line.decorator.js';

const MAX_ATTACHMENTS = 10;
const MAX_IDS = 100;

/** A conversation, named by its id. */
export class ConversationShape implements Asking<{ conversationId: string }> {
  /** The id of the conversation. */
  @IsMongoId()
  conversationId: string;

  toAsk() {
    return { conversationId: this.conversationId };
  }
}

/** A file to attach: what the upload answered. */
export class AttachmentShape {
  /** The id of the upload. */
  @ApiProperty({ example: EXAMPLES.media, pattern: OBJECT_ID })
  @IsMongoId()
  mediaId: string;

  /** Ignored: the url comes from the media service's record. */
  @ApiProperty({ required: false, nullable: true })
  @IsOptional()
  @IsString()
  @MaxLength(2048)
  url?: string;
}

/** A message to send, over REST. Text or an attachment is required. */
export class NewMessageShape {
  /** 1 to 5,000 characters, as a person counts them; may be left out when there is an attachment. */
  @ApiProperty({ required: false, nullable: true, example: 'See you at eight' })
  @IsOptional()
  @IsString()
  text?: string;

  /** At most 10 files. */
  @ApiProperty({ required: false, nullable: true, maxItems: MAX_ATTACHMENTS })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_ATTACHMENTS)
  @ValidateNested({ each: true })
  @Type(() => AttachmentShape)
  attachments?: AttachmentShape[];

  /** The sender's own id of this message: sent again, it is answered as the first time, and kept once. */
  @ApiProperty({ required: false, nullable: true, pattern: ONE_LINE })
  @IsOptional()
  @IsString()
  @Length(1, 128)
  @OneLine()
  localId?: string;

  /** What the verb asks, for a message to this conversation. */
  to(conversationId: string): SendMessage {
    return {
      conversationId,
      text: this.text ?? '',
      mediaIds: (this.attachments ?? []).map(({ mediaId }) => mediaId),
      ...(this.localId !== undefined && { localId: this.localId }),
    };
  }
}

/** A message to send, over the socket. */
export class SendMessageShape extends NewMessageShape implements Asking<SendMessage> {
  /** The id of the conversation. */
  @IsMongoId()
  conversationId: string;

  toAsk(): SendMessage {
    return this.to(this.conversationId);
  }
}

/** A message, named by its id. */
export class MessageIdShape implements Asking<{ messageId: string }> {
  /** The id of the message. */
  @IsMongoId()
  messageId: string;

  toAsk() {
    return { messageId: this.messageId };
  }
}

/** A new text for one's own message, over REST. */
export class NewTextShape {
  /** 1 to 5,000 characters, as a person counts them. */
  @ApiProperty({ minLength: 1, example: 'See you at nine' })
  @IsString()
  text: string;
}

/** A new text for one's own message, over the socket. */
export class EditMessageShape implements Asking<EditMessage> {
  /** The id of the message. */
  @IsMongoId()
  messageId: string;

  /** 1 to 5,000 characters, as a person counts them. */
  @IsString()
  newText: string;

  toAsk(): EditMessage {
    return { messageId: this.messageId, text: this.newText };
  }
}

/** Messages that were read: these, and all before them. */
export class MessageIdsShape {
  /** 1 to 100 message ids. */
  @ApiProperty({ items: { type: 'string', pattern: OBJECT_ID }, maxItems: MAX_IDS, example: [EXAMPLES.message] })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_IDS)
  @IsMongoId({ each: true })
  messageIds: string[];
}

/** Messages that were read, over the socket. */
export class ReadMessagesShape extends MessageIdsShape implements Asking<MarkRead> {
  /** The id of the conversation. */
  @IsMongoId()
  conversationId: string;

  toAsk(): MarkRead {
    return { conversationId: this.conversationId, messageIds: this.messageIds };
  }
}

/** Somebody starts or stops typing; without a renewal it ends after 6 seconds. */
export class TypingShape implements Asking<{ conversationId: string; isTyping: boolean }> {
  /** The id of the conversation. */
  @IsMongoId()
  conversationId: string;

  /** True to start or renew, false to stop. */
  @IsBoolean()
  isTyping: boolean;

  toAsk() {
    return { conversationId: this.conversationId, isTyping: this.isTyping };
  }
}

/** Somebody whose presence is watched, or is no more. */
export class PresenceShape implements Asking<{ userId: string }> {
  /** The id of the person: oneself, or somebody one shares a conversation with. */
  @IsString()
  @Length(1, 128)
  @OneLine()
  userId: string;

  toAsk() {
    return { userId: this.userId };
  }
}

/** A fresh token of the same person, so that the connection outlives the one it began with. */
export class AuthenticateShape implements Asking<{ token: string }> {
  /** The token, as in the handshake. */
  @IsString()
  @Length(1, 8192)
  token: string;

  toAsk() {
    return { token: this.token };
  }
}

/** A conversation to make or find. */
export class OpenConversationShape implements Asking<OpenConversation> {
  /** The others' user ids; oneself may be among them. At most 500. */
  @ApiProperty({
    items: { type: 'string', minLength: 1, maxLength: 128, pattern: ONE_LINE },
    uniqueItems: true,
    example: ['ben'],
  })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(500)
  @ArrayUnique()
  @IsString({ each: true })
  @Length(1, 128, { each: true })
  @OneLine({ each: true })
  participantIds: string[];

  /** True for a group, which is always new; two people have one direct conversation. */
  @ApiProperty({ required: false, nullable: true })
  @IsOptional()
  @IsBoolean()
  isGroup?: boolean;

  /** The name of a group. */
  @ApiProperty({ required: false, nullable: true, minLength: 1, pattern: ONE_LINE })
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  @MaxLength(128)
  @OneLine()
  name?: string;

  /** The host app's object that the conversation is about. */
  @ApiProperty({ required: false, nullable: true, pattern: ONE_LINE })
  @IsOptional()
  @IsString()
  @Length(1, 128)
  @OneLine()
  propertyId?: string;

  toAsk(): OpenConversation {
    const { participantIds, isGroup, name, propertyId } = this;
    return {
      participantIds,
      ...(isGroup !== undefined && { isGroup }),
      ...(name !== undefined && { name }),
      ...(propertyId !== undefined && { propertyId }),
    };
  }
}

/** People to add to a group. */
export class ParticipantsShape {
  /** 1 to 100 user ids. */
  @ApiProperty({
    items: { type: 'string', minLength: 1, maxLength: 128, pattern: ONE_LINE },
    uniqueItems: true,
    maxItems: MAX_IDS,
    example: ['cleo'],
  })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_IDS)
  @ArrayUnique()
  @IsString({ each: true })
  @Length(1, 128, { each: true })
  @OneLine({ each: true })
  participantIds: string[];
}
