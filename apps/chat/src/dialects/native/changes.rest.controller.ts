import { Body, Controller, Delete, HttpCode, Param, Patch, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Caller } from '@app/common/auth/claims.js';
import { Who } from '@app/common/auth/caller.decorator.js';
import { ok } from '@app/common/errors/envelope.js';
import { ApiEnvelope } from '@app/common/openapi/api-envelope.decorator.js';
import { ApiErrors } from '@app/common/openapi/api-errors.decorator.js';
import { Verbs } from '../../verbs.js';
import { DeletedShape, MessageShape, ParticipantShape } from './answers.shapes.js';
import { ConversationParam, MessageParam, ParticipantParam } from './params.shapes.js';
import { NewTextShape, ParticipantsShape } from './shapes.js';

/** Changes of what is there, in the native words: edits, deletions, and who is in a group. */
@ApiTags('changes')
@ApiErrors('FORBIDDEN', 'NOT_A_MEMBER', 'NOT_FOUND', 'TOO_LARGE', 'UNSUPPORTED_TYPE')
@Controller()
export class ChangesController {
  constructor(private readonly verbs: Verbs) {}

  /** Replaces the text of one's own message, within the window */
  @Patch('messages/:id')
  @ApiEnvelope(MessageShape, { says: 'Message edited' })
  async editMessage(@Who() who: Caller, @Param() { id }: MessageParam, @Body() { text }: NewTextShape) {
    return ok(await this.verbs.editMessage(who, { messageId: id, text }), 'Message edited');
  }

  /** Deletes a message: its author may, and the owner of a group; its place stays */
  @Delete('messages/:id')
  @ApiEnvelope(DeletedShape, { says: 'Message deleted' })
  async deleteMessage(@Who() who: Caller, @Param() { id }: MessageParam) {
    return ok(await this.verbs.deleteMessage(who, { messageId: id }), 'Message deleted');
  }

  /** Adds people to a group; its owner may */
  @Post('conversations/:id/participants')
  @HttpCode(200)
  @ApiEnvelope(ParticipantShape, { as: 'list', says: 'Participants added' })
  async addParticipants(
    @Who() who: Caller,
    @Param() { id }: ConversationParam,
    @Body() { participantIds }: ParticipantsShape,
  ) {
    const ask = { conversationId: id, userIds: participantIds };
    return ok(await this.verbs.addParticipants(who, ask), 'Participants added');
  }

  /** Removes somebody from a group (its owner may), or leaves it */
  @Delete('conversations/:id/participants/:userId')
  @ApiEnvelope(ParticipantShape, { as: 'list', says: 'Participant removed' })
  async removeParticipant(@Who() who: Caller, @Param() { id, userId }: ParticipantParam) {
    return ok(await this.verbs.removeParticipant(who, { conversationId: id, userId }), 'Participant removed');
  }
}
