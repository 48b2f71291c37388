import type { History, Violation } from './history.js';
import { doubles, lost, phantoms } from './kept.rules.js';
import { gaps, overtakings, skipped } from './order.rules.js';
import { outsiders } from './membership.rules.js';
import { unpushed } from './push.rules.js';
import { meantOf } from './tries.js';

/** Every promise that what the clients saw shows to be broken; none when all is well. */
export function check(history: History): Violation[] {
  const meant = meantOf(history.sends);
  return [
    ...lost(meant, history),
    ...phantoms(meant, history),
    ...doubles(meant, history),
    ...gaps(history),
    ...overtakings(meant),
    ...skipped(history),
    ...outsiders(history.kept),
    ...unpushed(meant, history.pushes),
  ];
}
