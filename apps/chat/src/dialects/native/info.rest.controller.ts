import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Public } from '@app/common/auth/jwt.guard.js';
import { InfoShape } from './answers.shapes.js';
import { native } from './socket.js';

/** What a developer finds at the service's root. */
@ApiTags('info')
@Public()
@Controller()
export class InfoController {
  /** What this service is, and where its documents are */
  @Get()
  @ApiOkResponse({ type: InfoShape, description: 'What it is' })
  getServiceInfo(): InfoShape {
    return { service: 'chat-service', version: '1', namespace: native.namespace, docs: '/api', health: '/health' };
  }
}
