import { ERRORS, type ErrorCode } from '@app/contracts/errors.js';
import type { ErrorEnvelope } from '@app/contracts/shapes.js';
import { getSchemaPath, type OpenAPIObject } from '@nestjs/swagger';
import { ErrorShape } from './envelope.shapes.js';

type Components = NonNullable<OpenAPIObject['components']>;
type Headers = NonNullable<Components['headers']>;
type Response = Exclude<NonNullable<Components['responses']>[string], { $ref: string }>;

const integer = (example: number) => ({ type: 'integer' as const, minimum: 0, example });

/** The headers that answers have, each described once. */
export const HEADERS = {
  'X-Request-Id': {
    description: 'The id of the request in every log line of every service: the one it came with, or a new one.',
    schema: { type: 'string', example: '5b0c3c1e-4f1f-4b7e-9d55-0d1f1c2f8a10' },
  },
  'RateLimit-Limit': { description: 'Requests a minute, of the tightest limit that holds.', schema: integer(600) },
  'RateLimit-Remaining': { description: 'How many more may come at once.', schema: integer(599) },
  'RateLimit-Reset': { description: 'Seconds until all of them may come again.', schema: integer(1) },
  'Retry-After': { description: 'Seconds to wait before trying again.', schema: integer(1) },
} satisfies Headers;

const refTo = (names: (keyof typeof HEADERS)[]) =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));

/** Of everything that comes through the gateway, and what counts against a limit there. */
export const headersOf = (limited: boolean): Headers =>
  refTo(['X-Request-Id', ...(limited ? (['RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset'] as const) : [])]);

/** What is answered with this code. */
export function errorExample(code: ErrorCode): ErrorEnvelope {
  const { http, says } = ERRORS[code];
  return {
    success: false,
    message: says,
    code,
    ...(code === 'INTERNAL' && { errorId: '0f8c1d5e-52b9-4a5f-8f0a-2d9f6d0f7c11' }),
    ...(waits(http) && { retryAfterMs: 1000 }),
  };
}

const waits = (status: number) => status === 429 || status === 503;

/** The answer with one of these codes, which have one HTTP status. */
export function errorResponse(codes: readonly ErrorCode[], headers: Headers): Response {
  const status = codes[0] === undefined ? 0 : ERRORS[codes[0]].http;
  const examples = codes.map((code) => [code, { summary: code, value: errorExample(code) }] as const);
  return {
    description: codes.map((code) => `\`${code}\`: ${ERRORS[code].says}`).join('\n\n'),
    headers: { ...headers, ...(waits(status) && refTo(['Retry-After'])) },
    content: {
      'application/json': { schema: { $ref: getSchemaPath(ErrorShape) }, examples: Object.fromEntries(examples) },
    },
  };
}
