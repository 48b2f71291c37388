import { ERRORS, type ErrorCode, type WireError } from '@app/contracts/errors.js';

/** What an error may say beyond its code. */
export interface ErrorDetails {
  /** A sentence for the client's developer; the code's own when left out. */
  message?: string;
  retryAfterMs?: number;
  errorId?: string;
  cause?: unknown;
}

/** Every expected failure, in any room; anything else that is thrown is a bug and becomes `INTERNAL`. */
export class AppError extends Error {
  constructor(
    readonly code: ErrorCode,
    readonly details: ErrorDetails = {},
  ) {
    super(details.message ?? ERRORS[code].says, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'AppError';
  }

  /** The error as acks carry it. */
  toWire(): WireError {
    const { retryAfterMs, errorId } = this.details;
    return {
      code: this.code,
      message: this.message,
      retryable: ERRORS[this.code].retryable,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      ...(errorId !== undefined && { errorId }),
    };
  }
}
