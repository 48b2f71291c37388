import { AppError } from '@app/common/errors/app-error.js';

/** A request's address, cut at the question mark; `query` keeps it. */
export interface Address {
  path: string;
  query: string;
}

/** Spellings that two servers may read differently: `//`, `\`, encoded dots, slashes and NULs, anything not plain ASCII. */
const AMBIGUOUS = /\/\/|\\|#|%(?:2e|2f|5c|00)|%(?![0-9a-f]{2})|[^\x21-\x7e]/i;
const DOT_SEGMENT = /\/\.{1,2}(?:\/|$)/;

/** The one reading of a request's address; throws `INVALID_INPUT` where another server might find another one. */
export function addressOf(url: string): Address {
  const mark = url.indexOf('?');
  const path = mark === -1 ? url : url.slice(0, mark);
  if (!path.startsWith('/') || AMBIGUOUS.test(path) || DOT_SEGMENT.test(path)) {
    throw new AppError('INVALID_INPUT', { message: 'The path is malformed.' });
  }
  return { path, query: mark === -1 ? '' : url.slice(mark) };
}
