import { ERRORS, type ErrorCode } from '@app/contracts/errors.js';
import type { OpenAPIObject } from '@nestjs/swagger';
import { errorResponse, headersOf } from './error-responses.js';
import { resolved, sampleOf, type Schema, type Schemas } from './samples.js';

/** A route of a document; `x-public` says that no guard asks for a token, and is gone from the finished one. */
export type Operation = NonNullable<OpenAPIObject['paths'][string]['get']> & { 'x-public'?: true };
type Content = Exclude<NonNullable<Operation['requestBody']>, { $ref: string }>['content'];

/** Whatever holds for a route because of how it is reached. */
export interface Way {
  /** Past the gateway, at the service itself. */
  past: boolean;
  secured: boolean;
  limited: boolean;
  /** The gateway passes it on. */
  passed: boolean;
}

/** What the routes of a document share. */
export interface Parts {
  schemas: Schemas;
  responses: NonNullable<NonNullable<OpenAPIObject['components']>['responses']>;
}

/** Adds to a route what is known of it by its way, and examples of what is sent and answered. */
export function completeOperation(operation: Operation, way: Way, parts: Parts): void {
  if (!way.secured) operation.security = [];
  completeBody(operation, parts);
  const codes = codesOf(operation, way);
  completeAnswers(operation, way, parts);
  refuse(operation, { way, codes, parts });
}

function completeBody({ requestBody: body, operationId = '' }: Operation, { schemas }: Parts): void {
  if (!body || '$ref' in body) return;
  for (const { schema } of Object.values(body.content)) if (schema) close(schema, schemas);
  exemplify(body.content, schemas, operationId);
}

function completeAnswers({ responses, operationId = '' }: Operation, way: Way, { schemas }: Parts): void {
  for (const [status, response] of Object.entries(responses)) {
    if (response === undefined || '$ref' in response) continue;
    if (!way.past) response.headers = { ...headersOf(way.limited), ...response.headers };
    if (response.content) exemplify(response.content, schemas, `${operationId} ${status}`);
  }
}

/** Routes that are reached alike refuse alike, in words that are written once. */
function refuse(operation: Operation, { way, codes, parts }: { way: Way; codes: ErrorCode[][]; parts: Parts }): void {
  for (const same of codes) {
    const status = same[0] && ERRORS[same[0]].http;
    if (status === undefined) continue;
    if (!way.limited) {
      operation.responses[status] = errorResponse(same, way.past ? {} : headersOf(false));
      continue;
    }
    const name = same.join('_or_');
    parts.responses[name] ??= errorResponse(same, headersOf(true));
    operation.responses[status] = { $ref: `#/components/responses/${name}` };
  }
}

/** The codes that a route may answer with, those of one HTTP status together. */
function codesOf(operation: Operation, way: Way): ErrorCode[][] {
  const own = Object.values(operation.responses).flatMap((response) =>
    response && 'content' in response ? Object.keys(response.content?.['application/json']?.examples ?? {}) : [],
  );
  const known = own.filter((code): code is ErrorCode => code in ERRORS);
  const all = [...new Set([...codesByWay(way), ...(operation.requestBody ? BODY : []), ...known])].toSorted();
  return [...Map.groupBy(all, (code) => ERRORS[code].http).values()];
}

const BODY: ErrorCode[] = ['TOO_LARGE', 'UNSUPPORTED_TYPE'];

function codesByWay({ secured, limited, passed }: Way): ErrorCode[] {
  const codes: ErrorCode[] = ['INVALID_INPUT', 'INTERNAL'];
  if (secured) codes.push('UNAUTHENTICATED');
  if (limited) codes.push('RATE_LIMITED', 'UNAVAILABLE');
  if (passed) codes.push('UPSTREAM_DOWN');
  return codes;
}

/** What may be sent is all that is described, unless it says otherwise: other fields are refused. */
function close(schema: Schema, schemas: Schemas): void {
  const shape = resolved(schema, schemas);
  if (shape.items) close(shape.items, schemas);
  if (!shape.properties || shape.additionalProperties !== undefined) return;
  shape.additionalProperties = false;
  for (const part of Object.values(shape.properties)) close(part, schemas);
}

function exemplify(content: Content, schemas: Schemas, at: string): void {
  const json = content['application/json'];
  if (!json?.schema || json.examples !== undefined || json.example !== undefined) return;
  json.example = sampleOf(json.schema, schemas, at);
}
