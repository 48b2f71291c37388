import { Type } from 'class-transformer';
import { IsInt, IsMongoId, IsOptional, IsString, Length, Max, MaxLength, Min } from 'class-validator';
import { ApiProperty } from '@nestjs/swagger';
import { EXAMPLES, IN_A_PATH, OBJECT_ID, ONE_LINE } from '@app/common/openapi/examples.js';
import { OneLine } from './one-line.decorator.js';

/** A page of conversations. */
export class ConversationPageShape {
  /** 1 to 100. */
  @ApiProperty({ required: false, type: 'integer', example: 20 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(100)
  limit?: number = 20;

  /** The `pagination.before` of the page before. */
  @ApiProperty({ required: false, pattern: ONE_LINE })
  @IsOptional()
  @IsString()
  @MaxLength(64)
  @OneLine()
  before?: string;
}

/** A page of messages. */
export class MessagePageShape {
  /** 1 to 100. */
  @ApiProperty({ required: false, type: 'integer', example: 50 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(100)
  limit?: number = 50;

  /** A message id: those before it. */
  @ApiProperty({ required: false, pattern: OBJECT_ID })
  @IsOptional()
  @IsMongoId()
  before?: string;
}

/** The id in a path. */
export class ConversationParam {
  /** The id of the conversation. */
  @ApiProperty({ example: EXAMPLES.conversation, pattern: OBJECT_ID })
  @IsMongoId()
  id: string;
}

/** The id of a message in a path. */
export class MessageParam {
  /** The id of the message. */
  @ApiProperty({ example: EXAMPLES.message, pattern: OBJECT_ID })
  @IsMongoId()
  id: string;
}

/** A participant in a path. */
export class ParticipantParam extends ConversationParam {
  /** The participant's user id. */
  @ApiProperty({ example: 'cleo', pattern: IN_A_PATH })
  @IsString()
  @Length(1, 128)
  @OneLine()
  userId: string;
}
