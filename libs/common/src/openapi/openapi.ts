import { applyDecorators, type INestApplication, type Type } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiExtraModels,
  ApiOkResponse,
  DocumentBuilder,
  getSchemaPath,
  type OpenAPIObject,
  SwaggerModule,
} from '@nestjs/swagger';
import { PaginationShape } from './envelope.shapes.js';

/** What a service's document says of itself. */
export interface About {
  title: string;
  description: string;
  /** The path of this service at the gateway, for "Try it out" there. */
  gatewayPath: string;
}

/** The OpenAPI document of an app's routes. */
export function openApiOf(app: INestApplication, about: About): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle(about.title)
    .setDescription(about.description)
    .setVersion('1')
    .addServer(about.gatewayPath, 'through the gateway')
    .addBearerAuth()
    .addSecurityRequirements('bearer')
    .build();
  return SwaggerModule.createDocument(app, config, { operationIdFactory: (_controller, method) => method });
}

/** Swagger UI at `/api` and the document at `/api-json`; "Try it out" there asks this service, not the gateway. */
export function serveOpenApi(app: INestApplication, document: OpenAPIObject): void {
  SwaggerModule.setup('api', app, document, {
    jsonDocumentUrl: 'api-json',
    patchDocumentOnRequest: (request, _response, whole) =>
      (request as { originalUrl: string }).originalUrl.endsWith('.js') ? { ...whole, servers: [] } : whole,
  });
}

/** Documents a success envelope around `model`: `'list'` for an array, `'page'` for one with `pagination`. */
export function ApiEnvelope(model: Type, kind: 'one' | 'list' | 'page' = 'one', status: 200 | 201 = 200) {
  const ref = { $ref: getSchemaPath(model) };
  const schema = {
    type: 'object' as const,
    required: ['success', 'message', 'data', ...(kind === 'page' ? ['pagination'] : [])],
    properties: {
      success: { type: 'boolean' as const, example: true },
      message: { type: 'string' as const, example: 'OK' },
      data: kind === 'one' ? ref : { type: 'array' as const, items: ref },
      ...(kind === 'page' && { pagination: { $ref: getSchemaPath(PaginationShape) } }),
    },
  };
  const Answer = status === 201 ? ApiCreatedResponse : ApiOkResponse;
  return applyDecorators(ApiExtraModels(model, PaginationShape), Answer({ description: 'Success', schema }));
}

/** Documents a success envelope that brings nothing but its word: `data` is null. */
export function ApiDone(message: string) {
  const properties = {
    success: { type: 'boolean' as const, example: true },
    message: { type: 'string' as const, example: message },
    data: { type: 'object' as const, nullable: true, example: null },
  };
  const schema = { type: 'object' as const, required: Object.keys(properties), properties };
  return ApiOkResponse({ description: 'Success', schema });
}
