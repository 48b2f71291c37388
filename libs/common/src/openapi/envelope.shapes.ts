import { ERRORS, type ErrorCode } from '@app/contracts/errors.js';
import type { ErrorEnvelope, Pagination } from '@app/contracts/shapes.js';
import { ApiProperty } from '@nestjs/swagger';
import { EXAMPLES } from './examples.js';

/** Where a list goes on. */
export class PaginationShape implements Pagination {
  /** The greatest number of items in a page. */
  @ApiProperty({ type: 'integer', example: 20 })
  limit: number;
  /** True when there are more. */
  @ApiProperty({ example: true })
  hasMore: boolean;
  /** Give it as `before` to get the next page; null on the last one. */
  @ApiProperty({ type: String, nullable: true, example: EXAMPLES.message })
  before: string | null;
}

/** The answer to every failed request. */
export class ErrorShape implements ErrorEnvelope {
  @ApiProperty({ enum: [false], type: Boolean, example: false })
  success: false;
  /** A sentence for the client's developer. */
  @ApiProperty({ example: ERRORS.INVALID_INPUT.says })
  message: string;
  /** What went wrong, in a word that stays. */
  @ApiProperty({ enum: Object.keys(ERRORS), example: 'INVALID_INPUT' })
  code: ErrorCode;
  /** The id under which the server logged it; only with INTERNAL. */
  @ApiProperty({ required: false })
  errorId?: string;
  /** Milliseconds to wait; only with RATE_LIMITED, UPSTREAM_DOWN and UNAVAILABLE. */
  @ApiProperty({ required: false, type: 'integer' })
  retryAfterMs?: number;
}
