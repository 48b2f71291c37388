import type { INestApplication } from '@nestjs/common';
import { openApiOf } from '@app/common/openapi/openapi.js';

/** The OpenAPI document of the chat service. */
export const openApi = (app: INestApplication) =>
  openApiOf(app, {
    title: 'Parley chat',
    description: 'Conversations and messages. Sockets speak in the namespace `/chat`.',
    gatewayPath: '/api/v1/chat',
  });
