/** A schema of an OpenAPI document, as far as a body is made from it. */
interface Schema {
  $ref?: string;
  type?: string;
  properties?: Record<string, Schema>;
  required?: string[];
}

/** One route of an OpenAPI document. */
interface Operation {
  security?: unknown[];
  tags?: string[];
  parameters?: { name: string; in: string }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, unknown>;
}

/** What is read of an OpenAPI document. */
export interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

/** A request that must be refused. */
export interface Malformed {
  what: string;
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
}

/** A route, a good request of it, and everything that it must refuse. */
export interface Route {
  name: string;
  /** The statuses that its document knows. */
  statuses: number[];
  good: { method: string; path: string; body?: object };
  malformed: Malformed[];
  /** For each optional field of the body, the good request without it, and with null in its place: they mean the same. */
  nulls: { field: string; without: object; withNull: object }[];
}

/** Appears in what is malformed, so that an answer that repeats any of the input is found. */
export const MARK = 'zq7mark';
const JSON_TYPE = { 'content-type': 'application/json' };
/** Written as JSON, as JavaScript's own objects cannot say all of it. */
const VALUES: [string, string][] = [
  ['an operator', '{"$ne":1}'],
  ['an operator that matches', `{"$regex":"${MARK}"}`],
  ['an object', `{"${MARK}":"${MARK}"}`],
  ['lists in lists', `[[["${MARK}"]]]`],
  ['a list of operators', `[{"$gt":"${MARK}"}]`],
  ['a negative number', '-0.5'],
  ['a huge number', '1e308'],
  ['half a character', `"${MARK}\\ud83d"`],
  ['another half', `"\\ude00${MARK}"`],
  ['halves in a list', `["${MARK}\\ud83d"]`],
  ['a control character', `"${MARK}\\u0000"`],
  ['control characters in a list', `["${MARK}\\u001b"]`],
  ['its prototype', `{"__proto__":{"admin":"${MARK}"}}`],
  ['ten levels', `${'{"a":'.repeat(10)}"${MARK}"${'}'.repeat(10)}`],
];
const BODIES: [string, string][] = [
  ['half a JSON', `{"${MARK}":`],
  ['no JSON', MARK],
  ['a text', `"${MARK}"`],
  ['a number', '7'],
  ['a list', `[{"${MARK}":1}]`],
  ['a prototype', `{"__proto__":{"admin":"${MARK}"}}`],
  ['a constructor', `{"constructor":{"prototype":{"admin":"${MARK}"}}}`],
  ['ten levels', VALUES.at(-1)?.[1] ?? ''],
  ['a thousand levels', `${'{"a":'.repeat(1000)}1${'}'.repeat(1000)}`],
  ['half a character in a name', `{"${MARK}\\ud800":1}`],
  ['half a character', `{"text":"${MARK}\\ud800"}`],
];
const QUERIES = [
  'a[$ne]=1',
  'id[]=1',
  'a[b][c]=1',
  '__proto__[admin]=1',
  '__proto__=1',
  'constructor=1',
  'a.b=1',
  '$where=1',
  'a=%00',
  '%ED%A0%80=1',
];
const NUMBERS = ['99999999999', '1e400', '-1', '0', '1.5', 'NaN', '', '[]', '{"$gt":0}'];
const IN_PATH = ['%00', '%ED%A0%80', '%E0%A4%A', '%', MARK.repeat(200)];
/** An opaque id of the host app may well be one of these. */
const IN_ID = ['{"$ne":1}', '__proto__', '..%2f..%2fetc', '[object Object]', MARK];
const OPAQUE = new Set(['userId', 'installationId']);

/** The routes of a document that need a token, each with what it must refuse; `good` names the values of fields and parameters. */
export function routesOf(document: Document, good: Record<string, unknown>): Route[] {
  return Object.entries(document.paths).flatMap(([template, operations]) =>
    Object.entries(operations)
      .filter(([, operation]) => '401' in operation.responses)
      .map(([method, operation]) => routeOf(document, { template, method, operation, good })),
  );
}

interface At {
  template: string;
  method: string;
  operation: Operation;
  good: Record<string, unknown>;
}

function routeOf(document: Document, at: At): Route {
  const method = at.method.toUpperCase();
  const path = at.template.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(at.good[name]));
  const schema = bodyOf(document, at.operation);
  const body = schema && goodBody(schema, at.good);
  const named = (requests: Omit<Malformed, 'method'>[]) => requests.map((request) => ({ ...request, method }));
  const send = body === undefined ? {} : { headers: JSON_TYPE, body: JSON.stringify(body) };
  return {
    name: `${method} ${at.template}`,
    statuses: Object.keys(at.operation.responses).map(Number),
    good: { method, path, ...(body && { body }) },
    nulls: schema && body ? nullsOf(schema, body) : [],
    malformed: named([
      ...inPath(at).map((request) => ({ ...request, ...send })),
      ...inQuery(at, path).map((request) => ({ ...request, ...send })),
      ...(method === 'GET' ? [] : inAnyBody(path)),
      ...(schema && body ? inBody(path, schema, body) : []),
    ]),
  };
}

function inPath({ template, good }: At) {
  const names = [...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string);
  return names.flatMap((bad) =>
    [...IN_PATH, ...(OPAQUE.has(bad) ? [] : IN_ID)].map((value) => ({
      what: `${bad}: ${value.slice(0, 30)}`,
      path: template.replaceAll(/\{(\w+)\}/g, (_, name: string) => (name === bad ? value : String(good[name]))),
    })),
  );
}

function inQuery({ operation }: At, path: string) {
  const names = (operation.parameters ?? []).filter((one) => one.in === 'query').map(({ name }) => name);
  const own = names.flatMap((name) => [
    ...(name === 'limit' ? NUMBERS.map((value) => `limit=${encodeURIComponent(value)}`) : [`${name}=${MARK}%00`]),
    `${name}=1&${name}=2`,
    `${name}[$ne]=1`,
    `${name}[]=1`,
  ]);
  return [...QUERIES, ...own].map((query) => ({ what: `?${query}`, path: `${path}?${query}` }));
}

/** What a route without a body of its own refuses too. */
function inAnyBody(path: string) {
  const json = BODIES.map(([what, body]) => ({ what, path, headers: JSON_TYPE, body }));
  const text = `{"text":"${MARK}"}`;
  return [
    ...json.filter(({ what }) => what !== 'a list'),
    { what: 'too much', path, headers: JSON_TYPE, body: JSON.stringify({ [MARK]: 'x'.repeat(300_000) }) },
    { what: 'no gzip', path, headers: { ...JSON_TYPE, 'content-encoding': 'gzip' }, body: text },
    { what: 'an unknown encoding', path, headers: { ...JSON_TYPE, 'content-encoding': MARK }, body: text },
    { what: 'an unknown charset', path, headers: { 'content-type': `application/json; charset=${MARK}` }, body: text },
  ];
}

function inBody(path: string, schema: Schema, body: object): Omit<Malformed, 'method'>[] {
  const json = JSON.stringify(body);
  const with_ = (more: string) => `${json.slice(0, -1)},${more}}`;
  const without = (field: string) => JSON.stringify({ ...body, [field]: undefined });
  const fields = Object.keys(body).flatMap((field) =>
    VALUES.map(([what, value]) => ({
      what: `${field}: ${what}`,
      body: `${without(field).slice(0, -1)},"${field}":${value}}`,
    })),
  );
  const bodies = [
    ...fields.map((request) => ({ ...request, body: request.body.replace('{,', '{') })),
    ...(schema.required ?? []).flatMap((field) => [
      { what: `no ${field}`, body: without(field) },
      { what: `${field}: null`, body: JSON.stringify({ ...body, [field]: null }) },
    ]),
    { what: 'a list', body: `[${json}]` },
    { what: 'null', body: 'null' },
    { what: 'an unknown field', body: with_(`"${MARK}":1`) },
    { what: 'an operator as a field', body: with_(`"$set":{"role":"${MARK}"}`) },
    { what: 'a method of every object', body: with_(`"hasOwnProperty":"${MARK}"`) },
  ];
  return [
    ...bodies.map((request) => ({ ...request, path, headers: JSON_TYPE })),
    { what: 'nothing', path },
    { what: 'another content type', path, headers: { 'content-type': 'text/plain' }, body: json },
    { what: 'binary', path, headers: { 'content-type': 'application/octet-stream' }, body: Buffer.from([0, 255, 1]) },
    { what: 'XML', path, headers: { 'content-type': 'application/xml' }, body: `<a>${MARK}</a>` },
    { what: 'a form', path, headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: `a[$ne]=${MARK}` },
  ];
}

function nullsOf({ required = [] }: Schema, body: object): Route['nulls'] {
  return Object.keys(body)
    .filter((field) => !required.includes(field))
    .map((field) => ({ field, without: { ...body, [field]: undefined }, withNull: { ...body, [field]: null } }));
}

function bodyOf(document: Document, { requestBody }: Operation): Schema | undefined {
  const schema = requestBody?.content['application/json']?.schema;
  const name = schema?.$ref?.split('/').at(-1);
  return name === undefined ? schema : document.components.schemas[name];
}

function goodBody(schema: Schema, good: Record<string, unknown>): object {
  return Object.fromEntries(Object.keys(schema.properties ?? {}).map((field) => [field, good[field]]));
}
