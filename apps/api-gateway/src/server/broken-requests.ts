import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { AppError } from '@app/common/errors/app-error.js';
import type { ErrorCode } from '@app/contracts/errors.js';
import { Logger } from '@nestjs/common';
import { refusal, refuseConnection } from '../proxy/refusal.js';

/** Longer than load balancers keep an idle connection, usually 60 s, or they would use one that is being closed. */
const KEPT_MS = 65_000;

/** What Node's parser says of requests that it could not read. */
const CODES: Partial<Record<string, ErrorCode>> = {
  HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE',
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST_TIMEOUT',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'TOO_LARGE',
};

/** How long requests may take to arrive, and how those are answered that are not HTTP, too large or too slow. */
export function guardServer(server: Server, patience: { headersMs: number; requestMs: number }): void {
  const log = new Logger('broken requests');
  const answers = new WeakMap<Duplex, ServerResponse>();
  server.headersTimeout = Math.min(patience.headersMs, patience.requestMs);
  server.requestTimeout = patience.requestMs;
  server.keepAliveTimeout = KEPT_MS;
  Object.assign(server, {
    // Read once, when the server begins to listen: how often it looks for requests that take too long.
    connectionsCheckingInterval: Math.min(1000, server.headersTimeout),
    // Node would answer a missing one without an envelope; admission refuses it.
    requireHostHeader: false,
  });
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    answers.set(request.socket, response);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    const answer = answers.get(socket);
    // What still comes after a refusal is broken too.
    if (socket.writableEnded) return;
    // Half an answer must not look whole, and who hung up hears nothing.
    if (!(socket instanceof Socket) || !socket.writable || error.code === 'ECONNRESET' || isUnderWay(answer)) {
      socket.destroy();
      return;
    }
    const code = CODES[error.code ?? ''] ?? 'INVALID_INPUT';
    const id = randomUUID();
    log.log({ requestId: id, address: socket.remoteAddress, code, reason: error.code }, 'refused');
    const said = code === 'INVALID_INPUT' ? { message: 'The request is malformed.' } : {};
    refuseConnection(socket, refusal(new AppError(code, said)), { 'X-Request-Id': id });
  });
}

function isUnderWay(answer: ServerResponse | undefined): boolean {
  return answer !== undefined && answer.headersSent && !answer.writableFinished;
}
