const MORE = '…';

/** A sample as a block of JSON, on one line, which Prettier breaks where it is too long. */
export const json = (value: unknown): string => `\`\`\`json\n${JSON.stringify(value)}\n\`\`\``;

/** The same, with what else a message has left out: it is shown once in full. */
export const brief = (value: unknown): string =>
  json(JSON.parse(JSON.stringify(value), (_, part: unknown) => (isMessage(part) ? briefed(part) : part)));

/** What of a sample is not as in another one. */
export const differing = (sample: object, from: object): object => ({
  ...Object.fromEntries(
    Object.entries(sample).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify((from as Record<string, unknown>)[name]),
    ),
  ),
  [MORE]: MORE,
});

interface MessageLike {
  _id: string;
  seq: number;
  text: string;
  sender: object;
  meta: { edited: boolean };
  localId?: string;
}

const isMessage = (part: unknown): part is MessageLike =>
  typeof part === 'object' && part !== null && 'seq' in part && 'sender' in part && 'meta' in part;

const briefed = ({ _id, seq, text, meta, localId }: MessageLike): object => ({
  _id,
  seq,
  text,
  ...(meta.edited && { meta }),
  ...(localId !== undefined && { localId }),
  [MORE]: MORE,
});
