import { io, type Socket } from 'socket.io-client';
import type { WireError } from '@app/contracts/errors.js';

/** One event that a socket has heard. */
export interface Heard<T = Record<string, unknown>> {
  name: string;
  payload: T;
}

type Ack<T> = { ok: true; data: T } | { ok: false; error: WireError };

const PATIENCE_MS = 20_000;

/** A client's socket that remembers what it heard, so that a test may ask for an event before or after it came. */
export class TestSocket {
  readonly heard: Heard[] = [];
  private readonly waiting = new Set<() => void>();

  private constructor(readonly socket: Socket) {
    socket.onAny((name: string, payload: Record<string, unknown>) => {
      this.heard.push({ name, payload });
      for (const look of [...this.waiting]) look();
    });
  }

  /** Connects, and resolves when the server has accepted; rejects with its refusal. */
  static async connect(url: string, token?: string, options: Parameters<typeof io>[1] = {}): Promise<TestSocket> {
    const socket = io(url, {
      auth: { token },
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      ...options,
    });
    const test = new TestSocket(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
    });
    return test;
  }

  /** Asks with an ack callback and gives `data`; throws the error's code when it is refused. */
  async asks<T = Record<string, unknown>>(event: string, payload?: unknown): Promise<T> {
    const answer = await this.answer<T>(event, payload);
    if (!answer.ok) throw new Error(answer.error.code);
    return answer.data;
  }

  /** Asks with an ack callback and gives the whole answer. */
  answer<T = Record<string, unknown>>(event: string, ...words: unknown[]): Promise<Ack<T>> {
    return this.socket.timeout(PATIENCE_MS).emitWithAck(event, ...words) as Promise<Ack<T>>;
  }

  /** Says something without an ack callback. */
  says(event: string, payload?: unknown): void {
    this.socket.emit(event, payload);
  }

  /** The first event of this name, and of this kind, that was heard or will be. */
  hears<T = Record<string, unknown>>(name: string, is: (payload: T) => boolean = () => true): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(look);
        const names = this.heard.map((heard) => heard.name).join(', ');
        reject(new Error(`never heard such a ${name}; heard: ${names || 'nothing'}`));
      }, PATIENCE_MS);
      const look = () => {
        const found = this.heard.find((heard) => heard.name === name && is(heard.payload as T));
        if (!found) return;
        clearTimeout(timer);
        this.waiting.delete(look);
        resolve(found.payload as T);
      };
      this.waiting.add(look);
      look();
    });
  }

  /** Everything of this name that was heard so far. */
  all<T = Record<string, unknown>>(name: string): T[] {
    return this.heard.filter((heard) => heard.name === name).map(({ payload }) => payload as T);
  }

  close(): void {
    this.socket.disconnect();
  }
}
