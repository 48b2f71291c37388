import type { History, Seen, Violation } from './history.js';
import type { Meant } from './tries.js';

/** G1: what was acked is kept, at the place that the ack named. */
export function lost(meant: readonly Meant[], { kept }: History): Violation[] {
  const byId = new Map(kept.map((message) => [message.messageId, message]));
  return meant.flatMap(({ conversationId, acks }) =>
    acks.flatMap(({ messageId = '', seq, text }): Violation[] => {
      const found = byId.get(messageId);
      if (!found) return [{ guarantee: 'G1', conversationId, what: `"${text}" was acked as ${seq} and is lost` }];
      if (found.seq === seq) return [];
      return [{ guarantee: 'G1', conversationId, what: `"${text}" was acked as ${seq} and is kept as ${found.seq}` }];
    }),
  );
}

/** G2: what failed never appears, what was shown never goes, and nothing comes from nowhere. */
export function phantoms(meant: readonly Meant[], { kept, heard }: History): Violation[] {
  const byId = new Map(kept.map((message) => [message.messageId, message]));
  const meantByText = new Map(meant.flatMap((one) => [...one.texts].map((text) => [text, one])));
  const judge = (message: Seen, where: string): Violation[] => {
    const { conversationId, text, system } = message;
    const one = meantByText.get(text);
    if (!one) return system ? [] : [{ guarantee: 'G2', conversationId, what: `nobody sent "${text}", ${where}` }];
    if (one.tries.some(({ outcome }) => outcome !== 'failed')) return [];
    return [{ guarantee: 'G2', conversationId, what: `"${text}" failed, and was ${where}` }];
  };
  const gone = ({ messageId, conversationId, seq, text }: Seen): Violation[] => {
    const found = byId.get(messageId);
    if (found?.seq === seq) return [];
    const now = found ? `is ${found.seq} now` : 'is gone';
    return [{ guarantee: 'G2', conversationId, what: `"${text}" was shown as ${seq} and ${now}` }];
  };
  return [
    ...kept.flatMap((message) => judge(message, 'kept')),
    ...heard.flatMap((message) => [...judge(message, 'heard'), ...gone(message)]),
  ];
}

/** G3: one message for whatever was tried of it, and one answer. */
export function doubles(meant: readonly Meant[], { kept }: History): Violation[] {
  const byText = Map.groupBy(kept, ({ text }) => text);
  return meant.flatMap(({ conversationId, acks, texts }): Violation[] => {
    const [text] = texts;
    const copies = [...texts].flatMap((one) => byText.get(one) ?? []);
    const answers = new Set(acks.map(({ messageId, seq }) => `${messageId} at ${seq}`));
    return [
      ...(copies.length > 1
        ? [{ guarantee: 'G3', conversationId, what: `"${text}" is kept ${copies.length} times` } as const]
        : []),
      ...(answers.size > 1
        ? [{ guarantee: 'G3', conversationId, what: `"${text}" was acked as ${[...answers].join(' and ')}` } as const]
        : []),
    ];
  });
}
