import type { Push } from './sender.js';

/** Above this share of the sends, tokens of another app mean that our settings are wrong and not the tokens. */
const MOST_FOREIGN = 0.01;

/** What an app gets besides the words it shows: the same from every provider, and all in strings, as FCM wants it. */
export function dataOf({ conversationId, messageId, senderId, seq }: Push) {
  return { type: 'newMessage', conversationId, messageId, senderId, seq: String(seq) };
}

/** True while tokens of a foreign sender are so few that they may be removed. */
export function mayBeForeign(mismatches: number, sends: number): boolean {
  return mismatches <= Math.max(1, sends * MOST_FOREIGN);
}

/** The fields of whatever a library threw. */
export function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
