import type { ChatWorld } from '../chat.world.suite.js';
import { Owners } from './owners.js';

/** Resolves when each node knows that all the others live: they look every two seconds. */
export async function everyNodeKnowsTheOthers(world: ChatWorld): Promise<void> {
  const views = world.apps.map((app) => app.get(Owners));
  const names = Array.from({ length: 50 }, (_, n) => `c${n}`);
  const all = (view: Owners) => new Set(names.map((name) => view.of(name))).size === views.length;
  while (!views.every(all)) await new Promise((resolve) => setTimeout(resolve, 100));
}
