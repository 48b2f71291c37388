import { ERRORS, type ErrorCode } from '@app/contracts/errors.js';
import type { ErrorEnvelope, Pagination } from '@app/contracts/shapes.js';
import { ApiProperty } from '@nestjs/swagger';

/** Where a list goes on. */
export class PaginationShape implements Pagination {
  /** The greatest number of items in a page. */
  limit: number;
  /** True when there are more. */
  hasMore: boolean;
  /** Give it as `before` to get the next page; null on the last one. */
  @ApiProperty({ type: String, nullable: true })
  before: string | null;
}

/** The answer to every failed request. */
export class ErrorShape implements ErrorEnvelope {
  @ApiProperty({ example: false })
  success: false;
  /** A sentence for the client's developer. */
  message: string;
  @ApiProperty({ enum: Object.keys(ERRORS) })
  code: ErrorCode;
  /** The id under which the server logged it; only with INTERNAL. */
  errorId?: string;
  /** Milliseconds to wait; only with RATE_LIMITED and UNAVAILABLE. */
  retryAfterMs?: number;
}
