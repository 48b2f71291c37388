import { Body, Controller, Get, HttpCode, HttpStatus, Param, Post, Query, Res } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import type { Caller } from '@app/common/auth/claims.js';
import { Who } from '@app/common/auth/caller.decorator.js';
import { ok } from '@app/common/errors/envelope.js';
import { ApiEnvelope } from '@app/common/openapi/api-envelope.decorator.js';
import { ApiErrors } from '@app/common/openapi/api-errors.decorator.js';
import { Verbs } from '../../verbs.js';
import { ConversationAnswer, ParticipantShape, ReadMarkShape } from './answers.shapes.js';
import { ConversationPageShape, ConversationParam } from './params.shapes.js';
import { OPEN_CONVERSATIONS } from './request.examples.js';
import { OpenConversationShape } from './shapes.js';

/** Conversations in the native words. */
@ApiTags('conversations')
@Controller('conversations')
export class ConversationsController {
  constructor(private readonly verbs: Verbs) {}

  /** My conversations, newest first */
  @Get()
  @ApiEnvelope(ConversationAnswer, { as: 'page', says: 'Conversations' })
  async listConversations(@Who() who: Caller, @Query() { limit = 20, before }: ConversationPageShape) {
    const { conversations, pagination } = await this.verbs.listConversations(who, { limit, ...(before && { before }) });
    return ok(conversations, 'Conversations', pagination);
  }

  /** Makes a group (201), or makes (201) or finds (200) the direct conversation with somebody */
  @Post()
  @ApiBody({ type: OpenConversationShape, examples: OPEN_CONVERSATIONS })
  @ApiEnvelope(ConversationAnswer, { status: 201, says: 'Conversation created' })
  @ApiEnvelope(ConversationAnswer, { status: 200, says: 'Conversation found' })
  async openConversation(
    @Who() who: Caller,
    @Body() body: OpenConversationShape,
    @Res({ passthrough: true }) response: Response,
  ) {
    const { conversation, created } = await this.verbs.openConversation(who, body.toAsk());
    response.status(created ? HttpStatus.CREATED : HttpStatus.OK);
    return ok(conversation, created ? 'Conversation created' : 'Conversation found');
  }

  /** One conversation */
  @Get(':id')
  @ApiEnvelope(ConversationAnswer, { says: 'Conversation' })
  @ApiErrors('NOT_A_MEMBER', 'NOT_FOUND')
  async getConversation(@Who() who: Caller, @Param() { id }: ConversationParam) {
    return ok(await this.verbs.getConversation(who, { conversationId: id }), 'Conversation');
  }

  /** Who is in it */
  @Get(':id/participants')
  @ApiEnvelope(ParticipantShape, { as: 'list', says: 'Participants' })
  @ApiErrors('NOT_A_MEMBER', 'NOT_FOUND')
  async listParticipants(@Who() who: Caller, @Param() { id }: ConversationParam) {
    return ok(await this.verbs.listParticipants(who, { conversationId: id }), 'Participants');
  }

  /** Marks everything in it as read */
  @Post(':id/mark-read')
  @HttpCode(HttpStatus.OK)
  @ApiEnvelope(ReadMarkShape, { says: 'Marked as read' })
  @ApiErrors('NOT_A_MEMBER', 'NOT_FOUND', 'TOO_LARGE', 'UNSUPPORTED_TYPE')
  async markConversationRead(@Who() who: Caller, @Param() { id }: ConversationParam) {
    return ok(await this.verbs.markRead(who, { conversationId: id }), 'Marked as read');
  }
}
