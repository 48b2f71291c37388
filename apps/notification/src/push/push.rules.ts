import type { MessageCreated } from '@app/contracts/events.js';
import type { Attachment } from '@app/contracts/shapes.js';

/** A push about a message is not worth sending later than this. */
export const PUSH_TTL_MS = 24 * 60 * 60 * 1000;

interface Bound {
  /** Characters as a person sees them. */
  characters: number;
  /** Bytes in JSON: one visible character may hold any number of code points. */
  bytes: number;
}

// Together with ids and keys this stays below the 4,096 bytes that FCM and APNs take.
const BODY: Bound = { characters: 100, bytes: 1800 };
const NAME: Bound = { characters: 40, bytes: 300 };

const KINDS = [
  { of: /^image\//, one: 'a photo', many: 'photos' },
  { of: /^video\//, one: 'a video', many: 'videos' },
  { of: /^audio\//, one: 'an audio file', many: 'audio files' },
] as const;
const ANY = { one: 'a file', many: 'files' };

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
// Names stand inside our own words: no line breaks, and nothing that turns the reading direction.
const UNFIT_IN_NAMES = /[\p{Cc}\u2028-\u202e\u2066-\u2069]+/gu;

/** The title: who writes, and where when that is not between the two. */
export function titleOf({ conversation, sender }: Pick<MessageCreated, 'conversation' | 'sender'>): string {
  const who = named(sender.name);
  if (conversation.kind !== 'group') return `New message from ${who}`;
  const where = named(conversation.name ?? '');
  return where === '' ? `${who} in a group` : `${who} in ${where}`;
}

/** The body: the text, cut where a person would; without text, what was sent. */
export function bodyOf({ text, attachments }: Pick<MessageCreated['message'], 'text' | 'attachments'>): string {
  const said = text.trim();
  if (said !== '') return cut(said, BODY);
  return attachments.length > 0 ? `Sent ${described(attachments)}` : '';
}

/** When a push about a message of this time is no longer worth sending. */
export function expiryOf(message: { createdAt: string }): Date {
  const expiry = new Date(Date.parse(message.createdAt) + PUSH_TTL_MS);
  // An event without a usable time is no event; the consumer makes a dead letter of it.
  if (Number.isNaN(expiry.getTime())) throw new TypeError('the message has no usable createdAt');
  return expiry;
}

/** When the message was made that a push is about. */
export function madeAt({ expiresAt }: { expiresAt: Date }): number {
  return expiresAt.getTime() - PUSH_TTL_MS;
}

/** Those of these people whom a message is news to. Of a change of who is in a group only those hear who were added. */
export function audienceOf(userIds: readonly string[], { message }: Pick<MessageCreated, 'message'>): string[] {
  const { senderId, readBy, system } = message;
  const aware = new Set([senderId, ...readBy]);
  const concerned = system && new Set(system.event === 'participants.added' ? system.userIds : []);
  return [...new Set(userIds)].filter((id) => !aware.has(id) && (concerned?.has(id) ?? true));
}

/** True when the event itself names everyone in the conversation. */
export function namesAll({ participantIds, participantCount }: MessageCreated): boolean {
  return participantIds.length >= participantCount;
}

/** `text`, or its start and an ellipsis, within both bounds. */
export function cut(text: string, most: Bound): string {
  const whole = text.toWellFormed();
  let [end, bytes] = [0, 0];
  let fits = { end: 0, characters: 0 };
  for (const { segment, index } of graphemes.segment(whole)) {
    bytes += bytesOf(segment);
    if (fits.characters === most.characters || bytes > most.bytes) return `${whole.slice(0, end).trimEnd()}…`;
    // The ellipsis takes the place of one character and three bytes.
    if (fits.characters < most.characters - 1 && bytes <= most.bytes - 3) end = index + segment.length;
    fits = { end: index + segment.length, characters: fits.characters + 1 };
  }
  return whole;
}

function named(name: string): string {
  return cut(name.replaceAll(UNFIT_IN_NAMES, ' ').trim(), NAME);
}

function described(attachments: Attachment[]): string {
  const kinds = attachments.map(({ contentType }) => KINDS.find(({ of }) => of.test(contentType)) ?? ANY);
  const kind = kinds.every((other) => other === kinds[0]) ? (kinds[0] ?? ANY) : ANY;
  return attachments.length === 1 ? kind.one : `${attachments.length} ${kind.many}`;
}

function bytesOf(segment: string): number {
  return Buffer.byteLength(JSON.stringify(segment)) - 2;
}
