import type { Logger } from '@nestjs/common';
import type { ClassConstructor } from 'class-transformer';
import type { Socket } from 'socket.io';
import { AppError } from '@app/common/errors/app-error.js';
import { knownError } from '@app/common/errors/known-error.js';
import { shaped } from '@app/common/errors/validate.js';
import { currentSpan, rootSpan, type Span, spanning, tracing } from '@app/common/tracing/tracing.js';
import type { ErrorCode, WireError } from '@app/contracts/errors.js';
import type { Asker } from '../asker.js';
import type { DomainEvent, DomainEvents } from '../domain-events.js';
import type { VerbName, VerbTable, VerbTypes } from '../verbs.js';
import { payloadOf } from './words.rules.js';

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
  /** Requests that this socket may have under way at once. */
  mostInFlight: number;
  /** Counts one request of this verb: 0 when it may go, else the milliseconds to wait. */
  take(verb: VerbName): number;
  /** Hears of every refusal. */
  refused(code: ErrorCode): void;
  /** Hears how each packet ended. */
  answered(how: Outcome): void;
}

/** How a packet ended, without anything that it said. */
export interface Outcome {
  /** The wire event; `unknown` where the dialect has no such one. */
  event: string;
  code: ErrorCode | 'OK';
  ms: number;
}

type Ack = (answer: { ok: true; data: unknown } | { ok: false; error: WireError }) => void;

/** One packet of a socket. */
interface Said {
  wireEvent: string;
  /** Without the ack. */
  words: unknown[];
  ack?: Ack;
  /** Too many requests of this socket are under way. */
  crowded: boolean;
}

/** When a socket with too many requests under way should go on. */
const CROWDED_RETRY_MS = 250;

/** Makes a socket understood: each wire event is validated, asked of its verb, and answered through the ack or an event. */
export function speak(speaker: Speaker): void {
  let inFlight = 0;
  speaker.socket.onAny((wireEvent: string, ...words: unknown[]) => {
    const ack = typeof words.at(-1) === 'function' ? { ack: words.pop() as Ack } : {};
    const said = { wireEvent, words, ...ack, crowded: ++inFlight > speaker.mostInFlight };
    void spanning(spanOf(speaker, said), () => answer(speaker, said)).finally(() => inFlight--);
  });
}

/** Each wire event is a trace of its own, as a socket outlives what is said over it. What is in no table has no name. */
function spanOf({ dialect }: Speaker, { wireEvent }: Said): Span | undefined {
  if (!tracing()) return undefined;
  const heard = Object.hasOwn(dialect.hears, wireEvent) ? dialect.hears[wireEvent] : undefined;
  const name = `${dialect.namespace.slice(1)} ${heard ? wireEvent : 'unknown'}`;
  return rootSpan({ name, kind: 'server', attributes: { 'parley.dialect': dialect.name, 'parley.verb': heard?.verb } });
}

async function answer(speaker: Speaker, said: Said): Promise<void> {
  const { socket, dialect, log } = speaker;
  const { ack, wireEvent } = said;
  const from = performance.now();
  const answered = (code: Outcome['code']) => {
    const event = Object.hasOwn(dialect.hears, wireEvent) ? wireEvent : 'unknown';
    speaker.answered({ event, code, ms: performance.now() - from });
  };
  try {
    const reply = await ask(speaker, said);
    ack?.({ ok: true, data: reply.data });
    answered('OK');
    if (reply.says) socket.emit(...reply.says);
  } catch (thrown) {
    const error = knownError(thrown, log);
    speaker.refused(error.code);
    answered(error.code);
    currentSpan()?.failed(error.code);
    if (ack) {
      ack({ ok: false, error: error.toWire() });
      return;
    }
    const event = dialect.fails(error, said.wireEvent);
    if (event) socket.emit(...event);
  }
}

async function ask(speaker: Speaker, { wireEvent, words, crowded }: Said): Promise<Reply> {
  const { dialect, verbs, who } = speaker;
  if (crowded) throw new AppError('RATE_LIMITED', { retryAfterMs: CROWDED_RETRY_MS });
  const heard = Object.hasOwn(dialect.hears, wireEvent) ? dialect.hears[wireEvent] : undefined;
  if (!heard) throw new AppError('INVALID_INPUT', { message: 'There is no such event.' });
  const retryAfterMs = speaker.take(heard.verb);
  if (retryAfterMs > 0) throw new AppError('RATE_LIMITED', { retryAfterMs });
  return heard.run(verbs, who, payloadOf(words));
}
