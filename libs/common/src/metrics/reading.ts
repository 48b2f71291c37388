import { setTimeout as pause } from 'node:timers/promises';

/** How an engine is asked for what gauges show. */
interface Asking {
  /** An answer is good for so long: many gauges and scrapes share it. */
  goodForMs?: number;
  /** A scrape waits no longer; the gauges are missing from it then. */
  patienceMs?: number;
}

/** Asks an engine for gauges: seldom, once at a time, and never longer than a scrape can wait. Throws when it is late. */
export function reading<T>(ask: () => Promise<T>, { goodForMs = 5000, patienceMs = 1000 }: Asking = {}) {
  let answer: Promise<T> | undefined;
  let goodUntil = 0;
  const renew = (): Promise<T> => {
    // Until it is answered nobody asks again: an engine that hangs would remember each question.
    goodUntil = Infinity;
    const asked = ask();
    asked.then(
      () => (goodUntil = performance.now() + goodForMs),
      () => (goodUntil = 0),
    );
    return (answer = asked);
  };
  return async (): Promise<T> => {
    const given = answer === undefined || performance.now() >= goodUntil ? renew() : answer;
    const done = new AbortController();
    const late = pause(patienceMs, undefined, { ref: false, signal: done.signal }).then(() => {
      throw new Error('no answer in time');
    });
    late.catch(() => undefined);
    return Promise.race([given, late]).finally(() => done.abort());
  };
}
