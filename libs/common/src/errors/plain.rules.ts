/** No request is nested deeper. */
const DEEPEST = 8;
/** Names of query parameters; `a[$ne]`, `id[]` and `a.b` are none. */
const PARAMETER = /^\w{1,64}$/;
const CONTROL = /\p{Cc}/u;

/** True for what JSON can say in whole characters, not nested deeply, and without names that every object has. */
export function isPlain(value: unknown, depth = DEEPEST): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  if (depth === 0) return false;
  if (Array.isArray(value)) return value.every((item) => isPlain(item, depth - 1));
  // Anything that is not from JSON is binary: an attachment of a packet.
  if (Object.prototype.toString.call(value) !== '[object Object]') return false;
  return Object.entries(value).every(([name, item]) => isName(name) && isPlain(item, depth - 1));
}

/** True for parameters of a query that have plain names, and one text each. */
export function isPlainQuery(query: object): boolean {
  return Object.entries(query).every(
    ([name, value]) => PARAMETER.test(name) && isName(name) && typeof value === 'string' && !CONTROL.test(value),
  );
}

/** True for an address whose escapes are whole, and whole characters: others would be read in place of what is not. */
export function isWhole(url: string): boolean {
  try {
    decodeURIComponent(url);
    return true;
  } catch {
    return false;
  }
}

/** `__proto__`, `constructor` and their like are no fields of ours, and dangerous ones. */
function isName(name: string): boolean {
  return !(name in Object.prototype) && name.isWellFormed();
}
