import { ERRORS, type ErrorCode } from '@app/contracts/errors.js';
import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { ErrorShape } from './envelope.shapes.js';
import { errorExample } from './error-responses.js';

/**
 * Documents the failures that are a route's own, by their codes. Those that any route has (a malformed request, no token, a
 * limit, a service that is away) are in the document of each without a word.
 */
export function ApiErrors(...codes: ErrorCode[]) {
  const byStatus = Object.entries(Object.groupBy(codes, (code) => ERRORS[code].http));
  return applyDecorators(
    ...byStatus.map(([status, same]) =>
      ApiResponse({
        status: Number(status),
        type: ErrorShape,
        examples: Object.fromEntries(same.map((code) => [code, { summary: code, value: errorExample(code) }])),
      }),
    ),
  );
}
