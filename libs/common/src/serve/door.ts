import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { ERRORS } from '@app/contracts/errors.js';
import type { ErrorEnvelope } from '@app/contracts/shapes.js';

/** How long a start may take before somebody else answers for the app. */
const OPENS_AFTER_MS = 2000;
const RETRY_MS = 2000;

/** What answers on an app's port while the app cannot yet. */
export interface Door {
  /** What the app waits for, in one word; named in what is answered. */
  waitsFor: string;
  /** Leaves the port to the app. */
  readonly close: () => Promise<void>;
}

/** The place of a door, and whose it is. */
export interface DoorOf {
  PORT: number;
  HOST: string;
  service: string;
  /** Told when the port cannot be had. */
  failed: (error: Error) => void;
  tls?: { cert: Buffer; key: Buffer };
}

/**
 * Answers for an app whose start takes longer than two seconds: it lives, is not ready and says what is missing; everything
 * else, also a WebSocket's handshake, is refused as retryable. A quick start never opens it.
 */
export function openDoor(of: DoorOf): Door {
  // A WebSocket's handshake comes here too: without a listener of its own it is a request like any other.
  const hear = (request: IncomingMessage, response: ServerResponse) =>
    reply(request, response, answerTo(request.url ?? '', of.service, door.waitsFor));
  const server = of.tls ? createSecureServer(of.tls, hear) : createServer(hear);
  server.on('error', of.failed);
  const opening = setTimeout(() => server.listen(of.PORT, of.HOST), OPENS_AFTER_MS);
  const door: Door = {
    waitsFor: 'mongodb',
    close: () => {
      clearTimeout(opening);
      if (!server.listening) return Promise.resolve();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
  return door;
}

interface Answer {
  status: number;
  body: object;
}

function answerTo(url: string, service: string, missing: string): Answer {
  switch (url.split('?')[0]) {
    case '/health':
    case '/health/live':
      return { status: 200, body: { status: 'starting', service, waitsFor: missing } };
    case '/health/ready': {
      const error = { [missing]: { status: 'down' } };
      return { status: 503, body: { status: 'error', info: {}, error, details: error } };
    }
    default:
      return { status: ERRORS.UNAVAILABLE.http, body: notYet(missing) };
  }
}

function notYet(missing: string): ErrorEnvelope {
  const message = `The service has just started and waits for ${missing}; try again.`;
  return { success: false, message, code: 'UNAVAILABLE', retryAfterMs: RETRY_MS };
}

const headersOf = (status: number) => ({
  'content-type': 'application/json; charset=utf-8',
  connection: 'close',
  ...(status === 503 && { 'retry-after': String(Math.ceil(RETRY_MS / 1000)) }),
});

function reply(request: IncomingMessage, response: ServerResponse, { status, body }: Answer): void {
  // A body that nobody reads would hold the answer up.
  request.resume();
  response.writeHead(status, headersOf(status)).end(JSON.stringify(body));
}
