import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Public } from '@app/common/auth/jwt.guard.js';
import { native } from './socket.js';

/** What a developer finds at the service's root. */
@ApiTags('health')
@Public()
@Controller()
export class InfoController {
  /** What this service is, and where its documents are */
  @Get()
  serviceInfo() {
    return { service: 'chat-service', version: '1', namespace: native.namespace, docs: '/api', health: '/health' };
  }
}
