import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import helmet from 'helmet';
import { completed, type Reached } from './completed.js';
import { ErrorShape } from './envelope.shapes.js';

/** What a service's document says of itself. */
export interface About extends Reached {
  title: string;
  description: string;
  /** The path of this service at the gateway, for "Try it out" there. */
  gatewayPath: string;
  /** Tag → what the routes with it are for. */
  tags: Record<string, string>;
}

const LICENSE = 'https://opensource.org/license/mit';

const EVERY = `## What every answer has in common

Answers are \`{ success, message, data, pagination? }\`, refusals \`{ success: false, message, code, errorId?, retryAfterMs? }\`:
go by \`code\`, not by \`message\`. Times are ISO 8601 in UTC. A field that is not described here is refused in a body.
Through the gateway an answer tells in \`RateLimit-*\` what is left of the tightest limit, and in \`X-Request-Id\` where to find it
in the logs. Headers that are too large (431) or requests that come too slowly (408) are refused there before any route.`;

/** The OpenAPI document of an app's routes. */
export function openApiOf(app: INestApplication, about: About): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle(about.title)
    .setDescription(`${about.description}\n\n${EVERY}`)
    .setVersion('1')
    .setLicense('MIT', LICENSE)
    .addServer(about.gatewayPath, 'through the gateway')
    .addBearerAuth({ type: 'http', description: 'A JWT: of `/api/v1/auth/login`, or of your own app’s login.' })
    .addSecurityRequirements('bearer')
    .setOpenAPIVersion('3.0.3');
  for (const [name, says] of Object.entries(about.tags)) config.addTag(name, says);
  const document = SwaggerModule.createDocument(app, config.build(), {
    operationIdFactory: (_controller, method) => method,
    extraModels: [ErrorShape],
  });
  return completed(document, about);
}

/** Swagger UI at `/api` and the document at `/api-json`; "Try it out" there asks this service, not the gateway. */
export function serveOpenApi(app: INestApplication, document: OpenAPIObject): void {
  // Of helmet's headers the one that a page needs; plain HTTP inside a team's network is a way to run this.
  app.use(/^\/api\/?$/, helmet.contentSecurityPolicy({ directives: { upgradeInsecureRequests: null } }));
  SwaggerModule.setup('api', app, document, {
    jsonDocumentUrl: 'api-json',
    patchDocumentOnRequest: (request, _response, whole) =>
      (request as { originalUrl: string }).originalUrl.endsWith('.js') ? asItself(whole) : whole,
  });
}

/** The document without the addresses of its routes: they are where it is. */
function asItself(document: OpenAPIObject): OpenAPIObject {
  const text = JSON.stringify(document, (name, value: unknown) => (name === 'servers' ? undefined : value));
  return { ...(JSON.parse(text) as OpenAPIObject), servers: [] };
}
