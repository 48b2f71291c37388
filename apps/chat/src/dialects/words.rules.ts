import { AppError } from '@app/common/errors/app-error.js';

/** No request of any dialect is nested deeper. */
const DEEPEST = 8;

/** The one payload of a request: JSON, not too deep, in whole characters. Throws `INVALID_INPUT`, and says nothing of the input. */
export function payloadOf(words: readonly unknown[]): unknown {
  if (words.length > 1) throw wrong('One object is expected, and at most one callback after it.');
  if (!isPlain(words[0], DEEPEST))
    throw wrong('The payload must be plain JSON in whole characters, and not nested deeply.');
  return words[0];
}

function isPlain(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  if (depth === 0) return false;
  if (Array.isArray(value)) return value.every((item) => isPlain(item, depth - 1));
  // Anything that is not from JSON is binary: an attachment of the packet.
  if (Object.prototype.toString.call(value) !== '[object Object]') return false;
  return Object.entries(value).every(([name, item]) => isName(name) && isPlain(item, depth - 1));
}

/** `__proto__`, `constructor` and their like are no fields of ours, and dangerous ones. */
function isName(name: string): boolean {
  return !(name in Object.prototype) && name.isWellFormed();
}

const wrong = (message: string) => new AppError('INVALID_INPUT', { message });
