import type { SystemNote } from '@app/contracts/shapes.js';
import { tokenOf } from '../tokens.js';
import type { Heard, Seen } from './history.js';

/** What the checker reads of a message on the native wire. */
export interface WireMessage {
  _id: string;
  conversationId: string;
  senderId: string;
  seq: number;
  text: string;
  createdAt: string;
  system?: SystemNote;
}

const PAGE = 100;

/** A conversation from its first to its last message, page by page, as a member reads it over REST at `url`. */
export async function readBack(
  url: string,
  conversationId: string,
  reader: { userId: string; secret?: string },
): Promise<Seen[]> {
  const headers = { authorization: `Bearer ${tokenOf(reader.userId, {}, reader.secret)}` };
  const messages: Seen[] = [];
  let before = '';
  do {
    const page = await fetch(`${url}/conversations/${conversationId}/messages?limit=${PAGE}${before}`, { headers });
    if (!page.ok) throw new Error(`history answers ${page.status}: ${await page.text()}`);
    const { data, pagination } = (await page.json()) as {
      data: WireMessage[];
      pagination: { hasMore: boolean; before: string | null };
    };
    messages.push(...data.map(seenOf));
    before = pagination.hasMore ? `&before=${pagination.before}` : '';
  } while (before !== '');
  return messages.reverse();
}

/** What a device heard live. */
export function heardFrom(device: string, events: readonly { message: WireMessage }[]): Heard[] {
  return events.map(({ message }) => ({ ...seenOf(message), device }));
}

function seenOf({ _id, conversationId, seq, senderId, text, createdAt, system }: WireMessage): Seen {
  const seen = { conversationId, messageId: _id, seq, senderId, text, createdAt: Date.parse(createdAt) };
  return system ? { ...seen, system: true, change: system } : seen;
}
