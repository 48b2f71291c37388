import type { INestApplication } from '@nestjs/common';
import { openApiOf } from '@app/common/openapi/openapi.js';

/** The OpenAPI document of the chat service. */
export const openApi = (app: INestApplication) =>
  openApiOf(app, {
    title: 'Parley chat',
    description:
      'Conversations and messages. Sockets speak in the namespace `/chat`: [what is told there](/docs/events) is at the gateway.',
    gatewayPath: '/api/v1/chat',
    ownPort: 3005,
    tags: {
      conversations: 'Who talks with whom, and how far one has read.',
      messages: 'What is said.',
      changes: 'What is changed afterwards: edits, deletions, and who is in a group.',
      info: 'What the service is.',
      health: 'For whoever runs the service.',
    },
  });
