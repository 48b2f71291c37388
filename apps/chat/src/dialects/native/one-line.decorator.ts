import { Matches } from 'class-validator';

/** For ids and names; a text may have several lines. */
export const OneLine = (options: { each?: boolean } = {}) =>
  Matches(/^\P{Cc}*$/u, { message: '$property must be one line, without control characters', ...options });
