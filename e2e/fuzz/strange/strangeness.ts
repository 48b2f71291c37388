import type { Raw } from './raw.ts';

/** A way to be strange. Some of them HTTP allows, and the request may go well; `refused` ones never do. */
export interface Strangeness {
  name: string;
  refused: boolean;
  /** The HTTP parser itself stumbles, before any app has a word; the gateway answers for it, a service need not. */
  parser?: true;
  /** Only of requests with a JSON body, without any, or with a token. */
  of?: 'body' | 'no body' | 'secured';
  make(request: Raw): Raw;
}

const header =
  (...more: Raw['headers']) =>
  (request: Raw): Raw => ({
    ...request,
    headers: [...request.headers.filter(([name]) => !more.some(([other]) => other === name)), ...more],
  });
const query =
  (text: string) =>
  (request: Raw): Raw => ({ ...request, path: `${request.path}${request.path.includes('?') ? '&' : '?'}${text}` });
const body =
  (bytes: Buffer | string) =>
  (request: Raw): Raw => ({ ...request, body: Buffer.from(bytes as string, 'utf8') });
const path =
  (make: (path: string) => string) =>
  (request: Raw): Raw => ({ ...request, path: make(request.path) });

const LONG = 'x'.repeat(7000);
const GARBAGE = Buffer.from([0xff, 0xfe, 0x00, 0x80, 0xc3, 0x28]);

const HEADERS: Strangeness[] = [
  { name: 'a header in Latin-1', refused: false, make: header(['X-Name', 'J\xfcrgen\xff']) },
  { name: 'a long header', refused: false, make: header(['X-Long', LONG]) },
  { name: 'many headers', refused: false, make: header(...manyHeaders(80)) },
  { name: 'a cookie that is none', refused: false, make: header(['Cookie', '=;;="; $Version=\x22']) },
  { name: 'another method by the way', refused: false, make: header(['X-HTTP-Method-Override', 'DELETE']) },
  { name: 'a range of nothing', refused: false, make: header(['Range', 'bytes=9-1,,-']) },
  {
    name: 'conditions that are none',
    refused: false,
    make: header(['If-None-Match', 'W/"'], ['If-Modified-Since', '\xe2']),
  },
  {
    name: 'no type that is known',
    refused: false,
    make: header(['Accept', 'x/y;q=nine'], ['Accept-Charset', 'utf-99']),
  },
  {
    name: 'a proxy’s story',
    refused: false,
    make: header(['X-Forwarded-For', "'; --, ::g, 1.2.3"], ['Forwarded', ';;=']),
  },
  { name: 'a request id of its own', refused: false, make: header(['X-Request-Id', '../../etc\t{}']) },
  { name: 'a trace that is none', refused: false, make: header(['traceparent', '00-zz-zz-99'], ['tracestate', '=,']) },
  { name: 'a token that is none', refused: true, of: 'secured', make: header(['Authorization', 'Bearer \xff.e30.']) },
  {
    name: 'a token of no algorithm',
    refused: true,
    of: 'secured',
    make: header(['Authorization', 'Bearer eyJhbGciOiJub25lIn0.e30.']),
  },
  { name: 'another scheme', refused: true, of: 'secured', make: header(['Authorization', 'Basic YTpi']) },
  { name: 'an empty token', refused: true, of: 'secured', make: header(['Authorization', 'Bearer ']) },
  { name: 'headers that are too large', refused: true, parser: true, make: header(['X-Large', 'x'.repeat(40_000)]) },
  { name: 'a header without a name', refused: true, parser: true, make: header(['', 'value']) },
  { name: 'a header with a NUL', refused: true, parser: true, make: header(['X-Nul', 'a\0b']) },
  { name: 'a length that is none', refused: true, parser: true, make: header(['Content-Length', '-1']) },
  { name: 'two lengths', refused: true, parser: true, make: header(['Content-Length', '1'], ['Content-Length', '2']) },
];

const PATHS: Strangeness[] = [
  { name: 'a NUL in the path', refused: true, make: path((text) => `${text}%00`) },
  { name: 'half an escape', refused: true, make: path((text) => `${text}%`) },
  { name: 'no escape', refused: true, make: path((text) => `${text}/%zz`) },
  { name: 'a path that is no UTF-8', refused: true, make: path((text) => `${text}/%ff%fe`) },
  { name: 'an overlong escape', refused: true, make: path((text) => `${text}/%c0%ae%c0%ae`) },
  { name: 'a very long path', refused: true, make: path((text) => `${text}/${LONG}`) },
  { name: 'a very deep path', refused: true, make: path((text) => `${text}${'/a'.repeat(2000)}`) },
  { name: 'raw bytes in the path', refused: true, parser: true, make: path((text) => `${text}/\xff\xfe`) },
  { name: 'a parameter of the path', refused: false, make: path((text) => `${text};a=b`) },
  { name: 'a doubled slash', refused: true, make: path((text) => text.replace(/\/(?=[^/]*$)/, '//')) },
];

const QUERIES: Strangeness[] = [
  { name: 'a parameter twice', refused: true, make: query('limit=1&limit=2') },
  { name: 'a parameter that is a list', refused: true, make: query('limit[]=1') },
  { name: 'a parameter that is an object', refused: true, make: query('before[$ne]=1') },
  { name: 'a prototype', refused: true, make: query('__proto__=1&constructor[prototype]=1') },
  { name: 'a query that is no UTF-8', refused: true, make: query('search=%ff%fe') },
  { name: 'half an escape in the query', refused: true, make: query('search=%') },
  { name: 'a NUL in the query', refused: true, make: query('search=a%00b') },
  {
    name: 'very many parameters',
    refused: false,
    make: query(Array.from({ length: 1500 }, (_, n) => `p${n}`).join('&')),
  },
];

const JSON_TYPE = header(['Content-Type', 'application/json']);
const BODIES: Strangeness[] = [
  { name: 'a body that is no UTF-8', refused: true, make: body(GARBAGE) },
  { name: 'text that is no UTF-8', refused: true, make: body(inJson(Buffer.from([0xc3, 0x28]))) },
  { name: 'half a surrogate', refused: true, make: body('{"text":"\\ud800"}') },
  { name: 'half a body', refused: true, make: body('{"text":"a') },
  { name: 'a number', refused: true, make: body('1e999') },
  { name: 'a list', refused: true, make: body('[{"text":"a"}]') },
  { name: 'nothing', refused: true, make: body('null') },
  { name: 'a prototype in the body', refused: true, make: body('{"__proto__":{"admin":true},"text":"a"}') },
  { name: 'a deep body', refused: true, make: body(`{"text":${'['.repeat(3000)}${']'.repeat(3000)}}`) },
  { name: 'a large body', refused: true, make: body(`{"text":"${'x'.repeat(300_000)}"}`) },
  { name: 'UTF-16', refused: true, make: body(Buffer.from('\ufeff{"text":"a"}', 'utf16le')) },
  { name: 'another type', refused: true, make: header(['Content-Type', 'text/plain']) },
  { name: 'a type that is none', refused: true, make: header(['Content-Type', '////']) },
  { name: 'a charset that is none', refused: true, make: header(['Content-Type', 'application/json; charset=no-9']) },
  { name: 'what says it is compressed', refused: true, make: header(['Content-Encoding', 'gzip']) },
  { name: 'an encoding that is none', refused: true, make: header(['Content-Encoding', 'no-such']) },
  { name: 'a form without an end', refused: true, make: header(['Content-Type', 'multipart/form-data; boundary=']) },
].map((one) => ({ ...one, of: 'body' as const }));

const UNASKED: Strangeness[] = [
  { name: 'a body nobody asked for', refused: false, of: 'no body', make: (raw) => JSON_TYPE(body('{"a":1}')(raw)) },
  {
    name: 'a broken body nobody asked for',
    refused: false,
    of: 'no body',
    make: (raw) => JSON_TYPE(body(GARBAGE)(raw)),
  },
];

function manyHeaders(count: number): Raw['headers'] {
  return Array.from({ length: count }, (_, n) => [`X-Many-${n}`, String(n)]);
}

function inJson(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from('{"text":"'), bytes, Buffer.from('"}')]);
}

/** Everything strange that a document cannot say. */
export const STRANGE: readonly Strangeness[] = [...HEADERS, ...PATHS, ...QUERIES, ...BODIES, ...UNASKED];
