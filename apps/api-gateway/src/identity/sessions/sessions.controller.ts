import { Who } from '@app/common/auth/caller.decorator.js';
import type { Bearer } from '@app/common/auth/token.verifier.js';
import { ok } from '@app/common/errors/envelope.js';
import { ApiDone, ApiEnvelope } from '@app/common/openapi/api-envelope.decorator.js';
import { ApiErrors } from '@app/common/openapi/api-errors.decorator.js';
import { IN_A_PATH } from '@app/common/openapi/examples.js';
import { Controller, Delete, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { sessionOf } from '../identity.view.js';
import { EndSessionsShape, SESSION, SessionShape } from './session.shapes.js';
import { SessionService } from './session.service.js';

/** Where one is logged in. */
@ApiTags('sessions')
@Controller('api/v1/auth/sessions')
export class SessionsController {
  constructor(private readonly sessions: SessionService) {}

  @Get()
  @ApiOperation({
    summary: 'One’s own logins, at most 100, the one used last first; none for users of your own app’s login',
  })
  @ApiEnvelope(SessionShape, { as: 'list' })
  async listSessions(@Who() who: Bearer) {
    return ok((await this.sessions.list(who.id)).map((session) => sessionOf(session, who.sessionId)));
  }

  @Delete(':id')
  @ApiOperation({ summary: 'End one login: its tokens are refused and its sockets are cut within five seconds' })
  @ApiDone('Logged out there')
  @ApiParam({
    name: 'id',
    description: 'The `_id` of the login.',
    schema: { type: 'string', pattern: IN_A_PATH, example: SESSION },
  })
  @ApiErrors('NOT_FOUND')
  async endSession(@Who() who: Bearer, @Param('id') id: string) {
    await this.sessions.endTheirs(who.id, id);
    return ok(null, 'Logged out there');
  }

  @Delete()
  @ApiOperation({ summary: 'End all one’s logins, this one too unless it is to go on' })
  @ApiDone('Logged out')
  async endSessions(@Who() who: Bearer, @Query() { keepThis }: EndSessionsShape) {
    await this.sessions.endAll(who.id, keepThis === 'true' ? who.sessionId : undefined);
    return ok(null, 'Logged out');
  }
}
