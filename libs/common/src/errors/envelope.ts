import type { Envelope, Pagination } from '@app/contracts/shapes.js';

/** The native dialect's REST answer: `{ success, message, data, pagination? }`. */
export function ok<T>(data: T, message = 'OK', pagination?: Pagination): Envelope<T> {
  return { success: true, message, data, ...(pagination && { pagination }) };
}
