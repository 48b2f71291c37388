import { getSchemaPath } from '@nestjs/swagger';
import { EngineShape } from './health.shapes.js';

const UP = { mongodb: { status: 'up', responseTime: 2 }, redis: { status: 'up', state: 'ok' } };
const DOWN = { mongodb: { status: 'down', message: 'timeout of 1000ms exceeded' } };
const { redis } = UP;

/** Documents what is answered by a service that may, or may not, be asked now: its engines, those that are up and those that are not. */
export function readiness(status: 'ok' | 'error') {
  const good = status === 'ok';
  const engines = (example: object) => ({
    type: 'object' as const,
    additionalProperties: { $ref: getSchemaPath(EngineShape) },
    example,
  });
  const properties = {
    status: { type: 'string' as const, enum: good ? ['ok'] : ['error', 'shutting_down'], example: status },
    info: engines(good ? UP : { redis }),
    error: engines(good ? {} : DOWN),
    details: engines(good ? UP : { redis, ...DOWN }),
  };
  const schema = { type: 'object' as const, required: Object.keys(properties), properties };
  const retry = { 'Retry-After': { $ref: '#/components/headers/Retry-After' } };
  return good
    ? { description: 'Requests may be sent', schema }
    : { description: 'MongoDB is missed', schema, headers: retry as object as Record<string, { description: string }> };
}
