import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A request as it goes over the wire: texts are Latin-1, one letter a byte. */
export interface Raw {
  method: string;
  path: string;
  headers: [name: string, value: string][];
  body?: Buffer;
}

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

const PATIENCE_MS = 20_000;

/** Sends a request as it stands, and reads what is answered until the server hangs up. */
export async function send(url: string, raw: Raw): Promise<Answer> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error('no answer')));
  const length: Raw['headers'] = raw.body ? [['Content-Length', String(raw.body.length)]] : [];
  const given = new Set(raw.headers.map(([name]) => name.toLowerCase()));
  const headers = [['Host', hostname], ['Connection', 'close'], ...length].filter(
    ([name = '']) => !given.has(name.toLowerCase()),
  );
  const lines = [...headers, ...raw.headers].map(([name, value]) => `${name}: ${value}`);
  socket.write(Buffer.from(`${[`${raw.method} ${raw.path} HTTP/1.1`, ...lines].join('\r\n')}\r\n\r\n`, 'latin1'));
  if (raw.body) socket.write(raw.body);
  // Whoever refuses may hang up while we still send.
  socket.on('error', () => undefined);
  return answerOf(await buffer(socket));
}

function answerOf(bytes: Buffer): Answer {
  const text = bytes.toString('utf8');
  const end = text.indexOf('\r\n\r\n');
  const [first = '', ...lines] = text.slice(0, end).split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const body = text.slice(end + 4);
  const chunked = headers['transfer-encoding'] === 'chunked';
  return { status: Number(first.split(' ')[1]), headers, body: chunked ? unchunked(body) : body };
}

/** Our own answers are one chunk, if any at all. */
function unchunked(body: string): string {
  const start = body.indexOf('\r\n') + 2;
  return body.slice(start, body.lastIndexOf('\r\n0\r\n'));
}
