import { applyDecorators, type Type } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { PaginationShape } from './envelope.shapes.js';

/** What an envelope holds, and says. */
interface Answers {
  /** `'list'` for an array, `'page'` for one with `pagination`. */
  as?: 'one' | 'list' | 'page';
  status?: 200 | 201;
  /** Its `message`. */
  says?: string;
}

/** Documents a success envelope around `model`. */
export function ApiEnvelope(model: Type, { as = 'one', status = 200, says = 'OK' }: Answers = {}) {
  const ref = { $ref: getSchemaPath(model) };
  const schema = envelope(says, {
    data: as === 'one' ? ref : { type: 'array', items: ref },
    ...(as === 'page' && { pagination: { $ref: getSchemaPath(PaginationShape) } }),
  });
  const models = as === 'page' ? [model, PaginationShape] : [model];
  return applyDecorators(ApiExtraModels(...models), ApiResponse({ status, description: says, schema }));
}

/** Documents a success envelope that brings nothing but its word: `data` is null. */
export function ApiDone(says: string) {
  const schema = envelope(says, { data: { type: 'object', nullable: true, example: null } });
  return ApiResponse({ status: 200, description: says, schema });
}

function envelope(says: string, more: Record<string, object>) {
  const properties = {
    success: { type: 'boolean' as const, enum: [true], example: true },
    message: { type: 'string' as const, example: says },
    ...more,
  };
  return { type: 'object' as const, required: Object.keys(properties), properties };
}
