/** Injection token of {@link PublishingPace}. */
export const PUBLISHING_PACE = Symbol('PUBLISHING_PACE');

/** How much waits and how long, in milliseconds; tests have less patience. */
export interface PublishingPace {
  /** Events that wait for Redis on this node; more are dropped, and made up for later. */
  mostWaiting: number;
  /** How often it is looked whether Redis has everything. */
  tickMs: number;
  /** A node that looks and is not heard of for this long is replaced. */
  leaseMs: number;
  /** Redis that takes longer to answer is away. */
  patienceMs: number;
  /** Events of this age are taken for published. */
  settledMs: number;
  /** A checkpoint older than this was not moved because Redis was away. */
  staleMs: number;
  /** After Redis has lost its data, what was published this long before comes again: somebody may not have read it. */
  unreadMs: number;
}

export const PUBLISHING: PublishingPace = {
  mostWaiting: 10_000,
  tickMs: 3000,
  leaseMs: 15_000,
  patienceMs: 2000,
  settledMs: 10_000,
  staleMs: 20_000,
  unreadMs: 5 * 60_000,
};
