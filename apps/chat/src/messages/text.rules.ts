import { AppError } from '@app/common/errors/app-error.js';

/** The longest text, counted as a person counts characters. */
export const MAX_TEXT = 5000;
/** UTF-16 units above which nothing is counted any more. */
const MAX_UNITS = 20_000;
/** How much of a text a list shows. */
const PREVIEW = 100;

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
// Tab, line feed and carriage return are text; every other control character is refused.
const CONTROL = /[^\P{Cc}\t\n\r]/u;

/** Throws `INVALID_INPUT` for a text that cannot be kept as it is. Counting is slow, so only a doubtful length is counted. */
export function checkText(text: string): void {
  if (text.length > MAX_UNITS || (text.length > MAX_TEXT && longerThan(text, MAX_TEXT))) {
    throw new AppError('INVALID_INPUT', { message: `text must have at most ${MAX_TEXT} characters` });
  }
  if (CONTROL.test(text) || !text.isWellFormed()) {
    throw new AppError('INVALID_INPUT', { message: 'text must not hold control characters or halves of characters' });
  }
}

/** The start of a text, cut between characters as a person sees them. */
export function previewOf(text: string): string {
  if (text.length <= PREVIEW) return text;
  let cut = '';
  let left = PREVIEW;
  for (const { segment } of graphemes.segment(text.slice(0, PREVIEW * 8))) {
    if (left-- === 0) return cut;
    cut += segment;
  }
  return cut;
}

function longerThan(text: string, most: number): boolean {
  let seen = 0;
  for (const _ of graphemes.segment(text)) if (++seen > most) return true;
  return false;
}
