import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { Response } from 'express';
import { ERRORS, type ErrorCode } from '@app/contracts/errors.js';
import type { ErrorEnvelope } from '@app/contracts/shapes.js';
import { AppError } from './app-error.js';
import { knownError } from './known-error.js';

const BY_STATUS: Partial<Record<number, ErrorCode>> = {
  400: 'INVALID_INPUT',
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  409: 'CONFLICT',
  413: 'TOO_LARGE',
  415: 'UNSUPPORTED_TYPE',
  429: 'RATE_LIMITED',
  503: 'UNAVAILABLE',
};

/** Answers every REST failure with the envelope; what nobody expected is logged once, under the id that is answered. */
@Catch()
export class HttpErrorFilter implements ExceptionFilter {
  private readonly log = new Logger(HttpErrorFilter.name);

  catch(thrown: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    const error = this.known(thrown);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const { retryAfterMs, errorId } = error.details;
    if (retryAfterMs !== undefined) response.setHeader('Retry-After', Math.ceil(retryAfterMs / 1000));
    const body: ErrorEnvelope = {
      success: false,
      message: error.message,
      code: error.code,
      ...(errorId !== undefined && { errorId }),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    };
    response.status(ERRORS[error.code].http).json(body);
  }

  private known(thrown: unknown): AppError {
    if (thrown instanceof AppError) return thrown;
    const status = httpStatusOf(thrown);
    const code = status === undefined ? undefined : BY_STATUS[status];
    if (code !== undefined) {
      // Nest's own words are for developers of the server; a malformed body says so in ours.
      return new AppError(code, code === 'INVALID_INPUT' ? { message: 'The request is malformed.' } : {});
    }
    return knownError(thrown, this.log);
  }
}

function httpStatusOf(thrown: unknown): number | undefined {
  if (thrown instanceof HttpException) return thrown.getStatus();
  // body-parser and multer throw plain errors that carry the status.
  if (thrown instanceof Error && 'status' in thrown && typeof thrown.status === 'number') return thrown.status;
  return undefined;
}
