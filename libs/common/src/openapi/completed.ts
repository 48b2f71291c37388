import type { OpenAPIObject } from '@nestjs/swagger';
import { HEADERS } from './error-responses.js';
import { completeOperation, type Operation, type Parts, type Way } from './operation.js';
import type { Schema } from './samples.js';

/** How the routes of a document are reached. */
export interface Reached {
  /** The port of a service, which is not asked for its health through the gateway; the gateway has none. */
  ownPort?: number;
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** Adds to a document what its routes have alike: their security, the failures that any may have, headers, and examples. */
export function completed(document: OpenAPIObject, reached: Reached): OpenAPIObject {
  const schemas = document.components?.schemas ?? {};
  const responses: Parts['responses'] = {};
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const operation: Operation | undefined = item[method];
      if (operation) completeOperation(operation, wayOf(path, operation, reached), { schemas, responses });
    }
  }
  Object.values(schemas).forEach(nullables);
  const sorted = Object.fromEntries(Object.entries(responses).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { ...document, components: { ...document.components, headers: HEADERS, responses: sorted } };
}

function wayOf(path: string, operation: Operation, { ownPort }: Reached): Way {
  const isHealth = path.startsWith('/health');
  const passed = ownPort !== undefined;
  // The gateway asks for a token before it passes anything on.
  const secured = passed || operation['x-public'] !== true;
  delete operation['x-public'];
  if (!isHealth || !passed) return { past: false, limited: !isHealth, passed, secured };
  operation.servers = [itself(ownPort)];
  return { past: true, limited: false, passed: false, secured: false };
}

const itself = (port: number) => ({
  url: 'http://{host}:{port}',
  description: 'the service itself: the gateway does not tell its health',
  variables: { host: { default: 'localhost' }, port: { default: String(port), description: 'Its `PORT`.' } },
});

/** `nullable` says something of a `type` beside it only, which a reference to a shape has not. */
function nullables(schema: Schema): void {
  if ('$ref' in schema) return;
  for (const part of Object.values(schema.properties ?? {})) {
    if ('nullable' in part && part.nullable && part.allOf) part.type ??= 'object';
  }
}
