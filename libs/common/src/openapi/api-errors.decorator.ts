import { ERRORS, type ErrorCode } from '@app/contracts/errors.js';
import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { ErrorShape } from './envelope.shapes.js';

/** Documents the failures of a route by their codes; those of one HTTP status share a line. */
export function ApiErrors(...codes: ErrorCode[]) {
  const byStatus = Object.entries(Object.groupBy(codes, (code) => ERRORS[code].http));
  return applyDecorators(
    ...byStatus.map(([status, same]) =>
      ApiResponse({
        status: Number(status),
        type: ErrorShape,
        description: same.map((code) => `${code}: ${ERRORS[code].says}`).join(' '),
      }),
    ),
  );
}
