import type { Caller } from '@app/common/auth/claims.js';

/** Whoever asks a verb: a person, and over a socket also the connection, with whose end some things end. */
export interface Asker extends Caller {
  connectionId?: string;
}
