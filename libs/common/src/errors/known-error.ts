import { randomUUID } from 'node:crypto';
import type { Logger } from '@nestjs/common';
import { isMongoAway } from '../mongo/away.js';
import { AppError } from './app-error.js';

/** What is told of a thrown value: itself, `UNAVAILABLE` when MongoDB is away, else `INTERNAL` with the id it is logged under. */
export function knownError(thrown: unknown, log: Logger): AppError {
  if (thrown instanceof AppError) return thrown;
  if (isMongoAway(thrown)) return new AppError('UNAVAILABLE', { retryAfterMs: 1000, cause: thrown });
  const errorId = randomUUID();
  log.error({ err: thrown, errorId }, 'unexpected error');
  return new AppError('INTERNAL', { errorId });
}
