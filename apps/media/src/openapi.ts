import type { INestApplication } from '@nestjs/common';
import { openApiOf } from '@app/common/openapi/openapi.js';

const DESCRIPTION = `Files of messages. Upload first, then send a message with the answer's \`_id\` as \`mediaId\`.
A file is seen by its owner and by the members of the conversations where it was attached; for everyone else it does not exist.`;

/** The OpenAPI document of the media service. */
export const openApi = (app: INestApplication) =>
  openApiOf(app, {
    title: 'Parley media',
    description: DESCRIPTION,
    gatewayPath: '/api/v1',
    ownPort: 3007,
    tags: { media: 'Files, and what is known of them.', health: 'For whoever runs the service.' },
  });
