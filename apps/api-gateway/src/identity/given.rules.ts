/** Only what has a value: a validated shape has all its fields, and those that were left out must not be written. */
export function given<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
