import { openApiOf } from '@app/common/openapi/openapi.js';
import type { INestApplication } from '@nestjs/common';
import { type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { SERVICES } from './routes.js';

const documentPath = (service: string) => `/docs/${service}/openapi.json`;

/** The gateway's own document. */
export function openApi(app: INestApplication): OpenAPIObject {
  return openApiOf(app, {
    title: 'Parley API gateway',
    description:
      'Sign-up, login and profiles. Everything else is passed on to the services. What is told over sockets and Redis is [another page](/docs/events).',
    gatewayPath: '/',
    tags: {
      auth: 'Sign-up and login, for apps that have no login of their own.',
      sessions: 'Where one is logged in.',
      users: 'Who people are.',
      health: 'For whoever runs the gateway.',
    },
  });
}

/** On a phone, what a group of routes is about stands below its name. */
const NARROW = `@media (max-width: 640px) {
  .swagger-ui .opblock-tag { flex-wrap: wrap; }
  .swagger-ui .opblock-tag small { order: 1; flex-basis: 100%; padding: 0; }
}`;

/** One Swagger UI at `/docs` over the documents of all services. */
export function serveDocs(app: INestApplication): void {
  SwaggerModule.setup('docs', app, () => openApi(app), {
    explorer: true,
    raw: ['json'],
    jsonDocumentUrl: documentPath('api-gateway'),
    customSiteTitle: 'Parley API',
    customCss: NARROW,
    swaggerOptions: {
      urls: [...SERVICES, 'api-gateway'].map((name) => ({ name, url: documentPath(name) })),
      persistAuthorization: true,
      defaultModelsExpandDepth: 0,
    },
  });
}
