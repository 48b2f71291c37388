import { AppError } from '@app/common/errors/app-error.js';
import { isPlain } from '@app/common/errors/plain.rules.js';

/** The one payload of a request: JSON, not too deep, in whole characters. Throws `INVALID_INPUT`, and says nothing of the input. */
export function payloadOf(words: readonly unknown[]): unknown {
  if (words.length > 1) throw wrong('One object is expected, and at most one callback after it.');
  if (!isPlain(words[0])) throw wrong('The payload must be plain JSON in whole characters, and not nested deeply.');
  return words[0];
}

const wrong = (message: string) => new AppError('INVALID_INPUT', { message });
