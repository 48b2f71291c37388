import type { Env } from './env.js';

/** Injection token of {@link Pace}. */
export const PACE = Symbol('PACE');

/** How fast the service works and how long it waits; in production {@link paceOf}, in tests less. */
export interface Pace {
  /** Pushes under way at once. */
  concurrency: number;
  /** A push that a worker began and did not settle within this time is begun again by another. */
  leaseMs: number;
  /** What nobody was told of is found within this time. */
  sweepMs: number;
  /** How long a misconfigured provider is left alone. */
  pauseMs: number;
  /** An event that a worker took and did not finish within this time goes to another. */
  claimAfterMs: number;
  /** Waiting before a push is tried again starts at this, and doubles. */
  backoffMs: number;
  /** Messages of this age are looked for in the ledger, and taken in when it lacks them; */
  sweepSoonMs: number;
  /** again at this age, for what was kept by a transaction that took as long as one may; */
  sweepLateMs: number;
  /** and once more at this age, for ids of chat nodes whose clocks are slow. */
  sweepLastMs: number;
  sweepEveryMs: number;
  /** A worker that sweeps and is not heard of for this long is replaced. */
  sweepLeaseMs: number;
}

export const paceOf = (env: Env): Pace => ({
  concurrency: env.PUSH_CONCURRENCY,
  leaseMs: 60_000,
  sweepMs: 5_000,
  pauseMs: 60_000,
  claimAfterMs: 30_000,
  backoffMs: 1_000,
  sweepSoonMs: 30_000,
  sweepLateMs: 3 * 60_000,
  sweepLastMs: 60 * 60_000,
  sweepEveryMs: 5_000,
  sweepLeaseMs: 30_000,
});
