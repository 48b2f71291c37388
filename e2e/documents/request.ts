import type { Operation } from './document.ts';
import { examplesOf } from './document.ts';
import type { World } from './world.ts';

/** A request to a route. */
export interface Sent {
  method: string;
  url: string;
  headers: Record<string, string>;
  body?: string | FormData;
}

/** What is different from the documented example. */
export interface Change {
  /** Undefined for nobody. */
  token?: string | undefined;
  /** Without it, the examples' ids are those of the world. */
  bound?: Record<string, string>;
  query?: string;
  headers?: Record<string, string>;
  body?: string | FormData;
}

const JSON_TYPE = { 'content-type': 'application/json' };

/** The documented requests of a route, one for each example of its body, about what there is in the world. */
export function requestsOf(operation: Operation, world: World, change: Change = {}): Sent[] {
  const bound = change.bound ?? world.bound;
  const token = 'token' in change ? change.token : world.token;
  const headers = { ...(token && { authorization: `Bearer ${token}` }), ...change.headers };
  const { method } = operation;
  const url = urlOf(operation, world, { bound, query: change.query ?? '' });
  if (change.body !== undefined) {
    return [
      { method, url, headers: { ...(typeof change.body === 'string' && JSON_TYPE), ...headers }, body: change.body },
    ];
  }
  if ('multipart/form-data' in operation.body) return [{ method, url, headers, body: world.form() }];
  const json = operation.body['application/json'];
  if (!json) return [{ method, url, headers }];
  return examplesOf(json).map((example) => ({
    method,
    url,
    headers: { ...JSON_TYPE, ...headers },
    body: JSON.stringify(bind(example, bound)),
  }));
}

function urlOf(
  { server, service, path, parameters }: Operation,
  { at }: World,
  { bound, query }: { bound: Record<string, string>; query: string },
): string {
  const shown = (name: string): string => {
    const example = parameters.find((one) => one.name === name)?.schema.example;
    if (example === undefined) throw new Error(`the parameter ${name} has no example`);
    return bind(String(example), bound) as string;
  };
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(shown(name)));
  const asked = parameters
    .filter((one) => one.in === 'query' && one.schema.example !== undefined)
    .map(({ name }) => `${name}=${encodeURIComponent(shown(name))}`);
  const all = [...asked, ...(query ? [query] : [])].join('&');
  const origin = server === undefined ? at(service) : at('api-gateway') + server;
  return `${origin}${filled}${all ? `?${all}` : ''}`;
}

/** The same, about what there is: a text that is the example of an id becomes the id. */
function bind(value: unknown, bound: Record<string, string>): unknown {
  if (typeof value === 'string') return bound[value] ?? value;
  if (Array.isArray(value)) return value.map((one) => bind(one, bound));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, bind(part, bound)]));
}
