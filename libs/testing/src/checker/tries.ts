import type { Send } from './history.js';

/** A message as its sender meant it, with every try. */
export interface Meant {
  conversationId: string;
  senderId: string;
  tries: Send[];
  acks: Send[];
  texts: Set<string>;
}

/** The messages that were meant: tries of one `localId` are one, each try without is one of its own. */
export function meantOf(sends: readonly Send[]): Meant[] {
  const groups = Map.groupBy(sends, ({ senderId, localId, text }) =>
    JSON.stringify(localId === undefined ? [senderId, 'text', text] : [senderId, 'localId', localId]),
  );
  return [...groups.values()].flatMap((tries) => {
    const [first] = tries;
    if (!first) return [];
    const { conversationId, senderId } = first;
    const acks = tries.filter(({ outcome }) => outcome === 'acked');
    return [{ conversationId, senderId, tries, acks, texts: new Set(tries.map(({ text }) => text)) }];
  });
}
