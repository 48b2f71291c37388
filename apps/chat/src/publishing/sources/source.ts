import type { EventType } from '@app/contracts/events.js';
import type { Told } from '../event.outlet.js';

/** An event that is told again from what is kept. */
export type Retold = { [T in EventType]: { type: T; event: Told<T> } }[EventType];

/** Some events in their order, and where the rest begins; no `next` when that is all. */
export interface Page {
  events: Retold[];
  next?: string;
}

/** Things in MongoDB whose events can be told again, in the order in which they were kept. */
export interface Source {
  /** The name of its walk in `checkpoints`. */
  walk: string;
  /** A bounded number of events after an id, of which only the time may count. */
  page(after: string): Promise<Page>;
}

/** Injection token of all {@link Source}s. */
export const SOURCES = Symbol('SOURCES');
/** How many things one page holds at least, unless there are no more. */
export const PAGE = 500;
