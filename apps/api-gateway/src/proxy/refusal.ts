import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { AppError } from '@app/common/errors/app-error.js';
import { ERRORS, type ErrorCode } from '@app/contracts/errors.js';
import type { ErrorEnvelope } from '@app/contracts/shapes.js';
import { SESSION_UNKNOWN } from './routing/session.rules.js';

const JSON_TYPE = 'application/json; charset=utf-8';

/** What is answered instead of passing a request on. */
export interface Refusal {
  status: number;
  body: ErrorEnvelope | typeof SESSION_UNKNOWN;
}

/** Engine.IO's clients take this, and only this, for "start anew". */
export const sessionUnknown: Refusal = { status: 400, body: SESSION_UNKNOWN };

/** The service behind the gateway did not answer. */
export const upstreamDown = refusal(new AppError('UPSTREAM_DOWN'));

/** The envelope of an error, for what Nest's filter does not reach. */
export function refusal(error: AppError): Refusal {
  const code: ErrorCode = error.code;
  return { status: ERRORS[code].http, body: { success: false, message: error.message, code } };
}

/** Answers a request; one whose answer has begun is cut, so that nobody takes half of it for the whole. */
export function refuse(response: ServerResponse, { status, body }: Refusal): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const text = JSON.stringify(body);
  response.writeHead(status, { 'Content-Type': JSON_TYPE, 'Content-Length': Buffer.byteLength(text) }).end(text);
}

/** Answers a WebSocket handshake, for which Node has no response object, and hangs up. */
export function refuseUpgrade(socket: Socket, { status, body }: Refusal): void {
  const text = JSON.stringify(body);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Connection: close',
    `Content-Type: ${JSON_TYPE}`,
    `Content-Length: ${Buffer.byteLength(text)}`,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n${text}`);
  socket.destroySoon();
}
