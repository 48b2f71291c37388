/** What became of one message of an insert. After `seq-taken` in an ordered run, the rest is `not-tried`. */
export type Inserted = 'kept' | 'kept-before' | 'seq-taken' | 'not-tried';

/** What the driver says of an insert that did not go through as a whole. */
export interface PartlyInserted {
  count: number;
  ordered: boolean;
  insertedCount: number;
  /** The messages that were refused, and why; undefined for a reason that is no violated index. */
  refused: readonly { index: number; why: 'seq-taken' | 'kept-before' | undefined }[];
}

/**
 * What became of each message, or undefined when that cannot be told. What is not refused counts as kept only when the
 * driver has counted it so: when the connection breaks, it says of nothing that it was refused.
 */
export function outcomesOf({ count, ordered, insertedCount, refused }: PartlyInserted): Inserted[] | undefined {
  const outcomes: Inserted[] = Array.from({ length: count }, () => 'kept');
  for (const { index, why } of refused) {
    if (why === undefined) return undefined;
    outcomes[index] = why;
    if (ordered) outcomes.fill('not-tried', index + 1);
  }
  return outcomes.filter((outcome) => outcome === 'kept').length === insertedCount ? outcomes : undefined;
}
