import type { Logger } from '@nestjs/common';
import type { ClassConstructor } from 'class-transformer';
import type { Socket } from 'socket.io';
import type { AppError } from '@app/common/errors/app-error.js';
import { knownError } from '@app/common/errors/known-error.js';
import { shaped } from '@app/common/errors/validate.js';
import type { Asker } from '../asker.js';
import type { DomainEvent, DomainEvents } from '../domain-events.js';
import type { VerbName, VerbTable, VerbTypes } from '../verbs.js';

/** A wire event: its name and its payload. */
export type WireEvent = [name: string, payload: object];

/** What a client is answered: the ack's `data`, and an event for those who wait for one. */
export interface Reply {
  data: unknown;
  says?: WireEvent;
}

/** A class-validator shape of wire words, which turns them into what the verb asks. */
export interface Asking<A> {
  toAsk(): A;
}

/** One row of a socket table: a wire event becomes a verb. */
export interface Row {
  readonly verb: VerbName;
  readonly shape: ClassConstructor<object>;
  run(verbs: VerbTable, who: Asker, input: unknown): Promise<Reply>;
}

/** Who an event is said to: the sender's own sockets may be told more. */
export type Listener = 'sender' | 'others';

/** How a dialect says each domain event; a new event does not compile until each dialect says it, or nothing on purpose. */
export type Says = { [E in DomainEvent]: (event: DomainEvents[E], to: Listener) => WireEvent | null };

/** The words of one kind of client. */
export interface Dialect {
  readonly name: string;
  readonly namespace: string;
  readonly hears: Readonly<Record<string, Row>>;
  readonly says: Says;
  /** The event that tells a client without an ack of its failure, or null to tell nothing. */
  fails(error: AppError, wireEvent: string): WireEvent | null;
}

/** A row of a socket table. */
export function row<V extends VerbName>(
  verb: V,
  shape: ClassConstructor<Asking<VerbTypes[V]['ask']>>,
  reply: (answer: VerbTypes[V]['answer']) => Reply,
): Row {
  return {
    verb,
    shape,
    run: async (verbs, who, input) => reply(await verbs[verb](who, shaped(shape, input).toAsk())),
  };
}

/** Everything a socket's words need to be understood. */
export interface Speaker {
  socket: Socket;
  who: Asker;
  dialect: Dialect;
  verbs: VerbTable;
  log: Logger;
}

/** Makes a socket understood: each wire event is validated, asked of its verb, and answered through the ack or an event. */
export function speak(speaker: Speaker): void {
  const { socket, dialect } = speaker;
  for (const [wireEvent, heard] of Object.entries(dialect.hears)) {
    socket.on(wireEvent, (...words: unknown[]) => void answer(speaker, { wireEvent, heard, words }));
  }
}

async function answer(speaker: Speaker, said: { wireEvent: string; heard: Row; words: unknown[] }): Promise<void> {
  const { socket, who, dialect, verbs, log } = speaker;
  const ack = said.words.find((word) => typeof word === 'function');
  const [input] = said.words;
  try {
    const reply = await said.heard.run(verbs, who, input);
    ack?.({ ok: true, data: reply.data });
    if (reply.says) socket.emit(...reply.says);
  } catch (thrown) {
    const error = knownError(thrown, log);
    if (ack) {
      ack({ ok: false, error: error.toWire() });
      return;
    }
    const event = dialect.fails(error, said.wireEvent);
    if (event) socket.emit(...event);
  }
}
