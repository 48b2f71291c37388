import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import type { Caller } from '@app/common/auth/claims.js';
import { Who } from '@app/common/auth/caller.decorator.js';
import { ok } from '@app/common/errors/envelope.js';
import { ApiEnvelope } from '@app/common/openapi/api-envelope.decorator.js';
import { ApiErrors } from '@app/common/openapi/api-errors.decorator.js';
import { Verbs } from '../../verbs.js';
import { MessageShape, ReadMarkShape } from './answers.shapes.js';
import { ConversationParam, MessagePageShape } from './params.shapes.js';
import { NEW_MESSAGES } from './request.examples.js';
import { MessageIdsShape, NewMessageShape } from './shapes.js';

/** Messages in the native words. */
@ApiTags('messages')
@ApiErrors('NOT_A_MEMBER', 'NOT_FOUND')
@Controller('conversations/:id/messages')
export class MessagesController {
  constructor(private readonly verbs: Verbs) {}

  /** Messages, newest first */
  @Get()
  @ApiEnvelope(MessageShape, { as: 'page', says: 'Messages' })
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
  @ApiBody({ type: NewMessageShape, examples: NEW_MESSAGES })
  @ApiEnvelope(MessageShape, { status: 201, says: 'Message sent' })
  async sendMessage(@Who() who: Caller, @Param() { id }: ConversationParam, @Body() body: NewMessageShape) {
    return ok(await this.verbs.sendMessage(who, body.to(id)), 'Message sent');
  }

  /** Marks these messages, and all before them, as read */
  @Post('mark-read')
  @HttpCode(200)
  @ApiEnvelope(ReadMarkShape, { says: 'Marked as read' })
  async markMessagesRead(@Who() who: Caller, @Param() { id }: ConversationParam, @Body() body: MessageIdsShape) {
    const ask = { conversationId: id, messageIds: body.messageIds };
    return ok(await this.verbs.markRead(who, ask), 'Marked as read');
  }
}
