import type { Bearer, TokenVerifier } from '@app/common/auth/token.verifier.js';
import { AppError } from '@app/common/errors/app-error.js';
import type { Socket } from 'socket.io';

/** What a socket carries from its handshake on. */
export interface SocketData {
  bearer: Bearer;
}

/** A refused handshake, as `connect_error` shows it: `message` and the wire error in `data`. */
interface Refusal extends Error {
  data?: unknown;
}

/** Socket.IO middleware: a connection is accepted only with a valid token, in `auth.token` or the Authorization header. */
export function handshake(verifier: TokenVerifier) {
  return (socket: Socket, next: (refusal?: Refusal) => void): void => {
    verifier.verify(tokenOf(socket)).then(
      (bearer) => {
        (socket.data as SocketData).bearer = bearer;
        next();
      },
      (thrown: unknown) => next(refusal(thrown)),
    );
  };
}

function tokenOf(socket: Socket): unknown {
  const { auth, headers } = socket.handshake;
  const token = (auth as Record<string, unknown>).token;
  if (typeof token === 'string') return token.replace(/^Bearer /, '');
  return headers.authorization?.replace(/^Bearer /i, '');
}

function refusal(thrown: unknown): Refusal {
  const error = thrown instanceof AppError ? thrown : new AppError('UNAVAILABLE', { retryAfterMs: 1000 });
  const refused: Refusal = new Error(error.message);
  refused.data = error.toWire();
  return refused;
}
