import type { INestApplication } from '@nestjs/common';
import { openApiOf } from '@app/common/openapi/openapi.js';

const DESCRIPTION = `Pushes to phones and browsers. An app registers its device after each login and whenever its token
changes; from then on, messages that reach its person while no socket is connected arrive as pushes. \`data\` of a push
holds \`type: "newMessage"\`, \`conversationId\`, \`messageId\`, \`senderId\` and \`seq\`, all as strings. A push may come
twice; show a \`messageId\` once.`;

/** The OpenAPI document of the notification service. */
export const openApi = (app: INestApplication) =>
  openApiOf(app, {
    title: 'Parley notification',
    description: DESCRIPTION,
    gatewayPath: '/api/v1',
    ownPort: 3006,
    tags: { devices: 'Phones and browsers that want pushes.', health: 'For whoever runs the service.' },
  });
