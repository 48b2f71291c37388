import type { History, Seen, Shown, Violation } from './history.js';
import type { Meant } from './tries.js';

interface Placed {
  conversationId: string;
  text: string;
  session: string;
  startedAt: number;
  endedAt: number;
  seq: number;
  tries: number;
}

/** G4, of what is kept: `seq` is 1, 2, 3 … in the order that history gives, and time never runs behind it. */
export function gaps({ kept, heard }: History): Violation[] {
  const places = [...Map.groupBy(kept, ({ conversationId }) => conversationId).values()].flatMap((messages) =>
    messages.flatMap((message, index): Violation[] => {
      const { conversationId, seq, createdAt } = message;
      if (seq !== index + 1) {
        return [{ guarantee: 'G4', conversationId, what: `history gives ${seq} where ${index + 1} belongs` }];
      }
      const before = messages[index - 1];
      if (!before || before.createdAt < createdAt) return [];
      return [{ guarantee: 'G4', conversationId, what: `${seq} is not later than ${before.seq}` }];
    }),
  );
  return [...places, ...sharedPlaces([...kept, ...heard])];
}

function sharedPlaces(seen: readonly Seen[]): Violation[] {
  const byPlace = Map.groupBy(seen, ({ conversationId, seq }) => `${conversationId} ${seq}`);
  return [...byPlace.values()].flatMap((messages): Violation[] => {
    const [first] = messages;
    const ids = new Set(messages.map(({ messageId }) => messageId));
    if (!first || ids.size < 2) return [];
    const { conversationId, seq } = first;
    return [{ guarantee: 'G4', conversationId, what: `${ids.size} messages were seen at ${seq}` }];
  });
}

/** G4, of what was acked: before another was started means before it; and one session's order is kept. */
export function overtakings(meant: readonly Meant[]): Violation[] {
  const placed = meant.flatMap(placedOf);
  const conversations = Map.groupBy(placed, ({ conversationId }) => conversationId);
  const sessions = Map.groupBy(
    placed.filter(({ tries }) => tries === 1),
    ({ conversationId, session }) => `${conversationId} ${session}`,
  );
  return [...[...conversations.values()].flatMap(acrossPeople), ...[...sessions.values()].flatMap(withinSession)];
}

function placedOf({ conversationId, tries, acks }: Meant): Placed[] {
  const [first] = tries;
  const [ack] = acks;
  if (!first || ack?.seq === undefined) return [];
  const startedAt = Math.min(...tries.map((one) => one.startedAt));
  const endedAt = Math.min(...acks.map((one) => one.endedAt ?? Infinity));
  const { session, text } = first;
  return [{ conversationId, text, session, startedAt, endedAt, seq: ack.seq, tries: tries.length }];
}

function acrossPeople(placed: readonly Placed[]): Violation[] {
  const byEnd = placed.toSorted((a, b) => a.endedAt - b.endedAt);
  let ended = 0;
  let last: Placed | undefined;
  return placed
    .toSorted((a, b) => a.startedAt - b.startedAt)
    .flatMap((send): Violation[] => {
      for (let next = byEnd[ended]; next && next.endedAt < send.startedAt; next = byEnd[++ended]) {
        if (!last || next.seq > last.seq) last = next;
      }
      return last && last.seq > send.seq ? [overtaken(last, send)] : [];
    });
}

function withinSession(placed: readonly Placed[]): Violation[] {
  return placed.flatMap((send, index): Violation[] => {
    const before = placed[index - 1];
    return before && before.seq > send.seq ? [overtaken(before, send)] : [];
  });
}

function overtaken(earlier: Placed, later: Placed): Violation {
  const what = `"${later.text}" came after "${earlier.text}" (${earlier.session}), but is ${later.seq} and not behind ${earlier.seq}`;
  return { guarantee: 'G4', conversationId: later.conversationId, what };
}

/** G6: a device shows one message after the other, from its first to the conversation's last. */
export function skipped({ shown, kept }: History): Violation[] {
  const ends = new Map<string, number>();
  for (const { conversationId, seq } of kept) ends.set(conversationId, Math.max(seq, ends.get(conversationId) ?? 0));
  const devices = Map.groupBy(shown, ({ device, conversationId }) => `${device} ${conversationId}`);
  return [...devices.values()].flatMap((steps) => [...steps.flatMap(missed), ...unfinished(steps, ends)]);
}

function missed({ device, conversationId, seq }: Shown, index: number, steps: readonly Shown[]): Violation[] {
  const before = steps[index - 1];
  if (!before || seq === before.seq + 1) return [];
  return [{ guarantee: 'G6', conversationId, what: `${device} showed ${seq} after ${before.seq}` }];
}

function unfinished(steps: readonly Shown[], ends: ReadonlyMap<string, number>): Violation[] {
  const last = steps.at(-1);
  if (!last || last.seq === ends.get(last.conversationId)) return [];
  const { device, conversationId, seq } = last;
  return [{ guarantee: 'G6', conversationId, what: `${device} stopped at ${seq} of ${ends.get(conversationId) ?? 0}` }];
}
