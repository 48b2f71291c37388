import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import type { Caller } from '@app/common/auth/claims.js';
import { Who } from '@app/common/auth/caller.decorator.js';
import { ok } from '@app/common/errors/envelope.js';
import { ApiErrors } from '@app/common/openapi/api-errors.decorator.js';
import { ApiEnvelope } from '@app/common/openapi/openapi.js';
import { Verbs } from '../../verbs.js';
import { MessageShape, ReadMarkShape } from './answers.shapes.js';
import { ConversationParam, MessagePageShape } from './params.shapes.js';
import { MessageIdsShape, NewMessageShape } from './shapes.js';

/** Messages in the native words. */
@ApiTags('messages')
@ApiBearerAuth()
@ApiErrors('UNAUTHENTICATED', 'INVALID_INPUT', 'NOT_A_MEMBER', 'NOT_FOUND', 'UNAVAILABLE')
@Controller('conversations/:id/messages')
export class MessagesController {
  constructor(private readonly verbs: Verbs) {}

  /** Messages, newest first */
  @Get()
  @ApiEnvelope(MessageShape, 'page')
  async readHistory(
    @Who() who: Caller,
    @Param() { id }: ConversationParam,
    @Query() { limit = 50, before }: MessagePageShape,
  ) {
    const ask = { conversationId: id, limit, ...(before && { before }) };
    const { messages, pagination } = await this.verbs.readHistory(who, ask);
    return ok(messages, 'Messages', pagination);
  }

  /** Sends a message; the same `localId` again is answered as the first time */
  @Post()
  @ApiEnvelope(MessageShape, 'one', 201)
  @ApiErrors('RATE_LIMITED')
  @ApiErrors('TOO_LARGE', 'UNSUPPORTED_TYPE')
  async sendMessage(@Who() who: Caller, @Param() { id }: ConversationParam, @Body() body: NewMessageShape) {
    return ok(await this.verbs.sendMessage(who, body.to(id)), 'Message sent');
  }

  /** Marks these messages, and all before them, as read */
  @Post('mark-read')
  @HttpCode(200)
  @ApiEnvelope(ReadMarkShape)
  @ApiErrors('TOO_LARGE', 'UNSUPPORTED_TYPE')
  async markMessagesRead(@Who() who: Caller, @Param() { id }: ConversationParam, @Body() body: MessageIdsShape) {
    const ask = { conversationId: id, messageIds: body.messageIds };
    return ok(await this.verbs.markRead(who, ask), 'Marked as read');
  }
}
