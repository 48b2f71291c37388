import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { AppError } from '@app/common/errors/app-error.js';
import { breakOff } from '@app/common/metrics/http.middleware.js';
import { ERRORS } from '@app/contracts/errors.js';
import type { ErrorEnvelope } from '@app/contracts/shapes.js';
import { SESSION_UNKNOWN } from './routing/session.rules.js';

const LINGER_MS = 1000;
const JSON_TYPE = 'application/json; charset=utf-8';

/** What is answered instead of passing a request on. */
export interface Refusal {
  status: number;
  body: ErrorEnvelope | typeof SESSION_UNKNOWN;
}

/** Engine.IO's clients take this, and only this, for "start anew". */
export const sessionUnknown: Refusal = { status: 400, body: SESSION_UNKNOWN };

/** The envelope of an error, for what Nest's filter does not reach. */
export function refusal(error: AppError): Refusal {
  const { retryAfterMs, errorId } = error.details;
  return {
    status: ERRORS[error.code].http,
    body: {
      success: false,
      message: error.message,
      code: error.code,
      ...(errorId !== undefined && { errorId }),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    },
  };
}

/** Answers a request; one whose answer has begun is broken off. */
export function refuse(response: ServerResponse, given: Refusal): void {
  if (response.headersSent) {
    breakOff(response);
    return;
  }
  const { headers, text } = written(given);
  response.writeHead(given.status, headers).end(text);
}

/** Answers where Node has no response object, for a handshake or a broken request, and hangs up. */
export function refuseConnection(socket: Socket, given: Refusal, more: Record<string, string> = {}): void {
  const { headers, text } = written(given);
  const lines = Object.entries({ Connection: 'close', ...headers, ...more }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  socket.write(`HTTP/1.1 ${given.status} ${STATUS_CODES[given.status] ?? ''}\r\n${lines.join('\r\n')}\r\n\r\n${text}`);
  socket.end();
  // Who is still sending would lose the answer with a connection that is cut at once.
  socket.resume();
  const cut = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(cut));
}

function written({ body }: Refusal) {
  const text = JSON.stringify(body);
  const retryAfterMs = 'retryAfterMs' in body ? body.retryAfterMs : undefined;
  const headers = {
    'Content-Type': JSON_TYPE,
    'Content-Length': Buffer.byteLength(text),
    ...(retryAfterMs !== undefined && { 'Retry-After': Math.ceil(retryAfterMs / 1000) }),
  };
  return { headers, text };
}
