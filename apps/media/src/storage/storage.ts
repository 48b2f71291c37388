import type { Readable } from 'node:stream';

/** Injection token of the storage. */
export const STORAGE = Symbol('STORAGE');

/** First and last byte of a part, counted from 0, both included. */
export interface ByteRange {
  start: number;
  end: number;
}

/** Keeps bytes under an id, and knows nothing of people or records. What is staged is not kept yet. */
export interface Storage {
  /** Writes the content durably, out of sight. When the content or the writing fails, nothing is left, and it throws. */
  stage(id: string, content: AsyncIterable<Uint8Array>): Promise<void>;

  /** Turns what is staged into what is kept, durably and at once. */
  keep(id: string): Promise<void>;

  /** Forgets what is staged; it may be gone already. */
  discard(id: string): Promise<void>;

  /** Removes what is kept; it may be gone already. */
  remove(id: string): Promise<void>;

  /** The kept bytes, or a part of them. Throws before the first byte when there are none. */
  read(id: string, range?: ByteRange): Promise<Readable>;

  /** How many bytes it has left for us, and in all. */
  space(): Promise<{ free: number; size: number }>;

  /** Removes what was staged and not touched since `before`; says how many. */
  sweep(before: Date): Promise<number>;
}
