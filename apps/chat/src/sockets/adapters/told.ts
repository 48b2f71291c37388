import { LRUCache } from 'lru-cache';
import type { Flags } from './flags.js';

/** So many are remembered: those of some seconds at full load, and hours of an ordinary day. */
const REMEMBERED = 20_000;

/** What a broadcast says of itself. */
interface Broadcast {
  rooms: Iterable<string>;
  flags?: Flags | undefined;
}

/** Remembers which messages the sockets of this node have been told, so that what comes by two ways is told once. */
export class Told {
  private readonly seen = new LRUCache<string, true>({ max: REMEMBERED });

  /** True the first time that a message goes to a room, and for everything that is no new message. */
  isFirst({ rooms, flags }: Broadcast): boolean {
    if (!flags?.head) return true;
    const [room = ''] = rooms;
    const { conversationId, seq, at } = flags.head;
    const key = `${conversationId} ${seq} ${at} ${room}`;
    if (this.seen.has(key)) return false;
    this.seen.set(key, true);
    return true;
  }
}
