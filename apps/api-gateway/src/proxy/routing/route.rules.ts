import type { Route } from '../../routes.js';
import type { Address } from './path.rules.js';

/** Where a request goes: its row of the table, and the address that whoever answers it sees. */
export interface Way {
  route: Route;
  url: string;
}

/** The row whose path is the start of this one, by whole segments; undefined when nothing is there. */
export function wayOf(routes: readonly Route[], { path, query }: Address): Way | undefined {
  const route = routes.find((row) => path === row.path || path.startsWith(`${row.path}/`));
  if (!route) return undefined;
  const rest = (route.as ?? route.path) + path.slice(route.path.length);
  return { route, url: (rest === '' ? '/' : rest) + query };
}
