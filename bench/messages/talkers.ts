import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { SignJWT } from 'jose';
import { io, type Socket } from 'socket.io-client';

/** A conversation of two, and who of them sends. */
export interface Pair {
  /** The nodes that its two people are connected to. */
  urls: [string, string];
  bothSend: boolean;
  /** How often a sender sends; as soon as the ack has come when left out. */
  everyMs?: number;
}

/** Somebody with a conversation, who is not connected. */
export interface Stranger {
  token: string;
  conversationId: string;
}

interface Person {
  socket: Socket;
  conversationId: string;
  sends: boolean;
  everyMs: number;
}

const TEXT = 'x'.repeat(64);

/** Connected pairs that talk in a closed loop: whoever sends waits for the ack and sends again. */
export class Talkers {
  /** How long each ack took since the last `forget`, in milliseconds. */
  waits: number[] = [];
  refused = 0;
  readonly #secret: Uint8Array;
  readonly #name = randomUUID().slice(0, 8);
  #people: Person[] = [];

  constructor(secret: string) {
    this.#secret = new TextEncoder().encode(secret);
  }

  async connect(pairs: readonly Pair[]): Promise<void> {
    const connected = pairs.map((pair, n) => this.#connect(pair, [`${this.#name}-${n}a`, `${this.#name}-${n}b`]));
    this.#people = (await Promise.all(connected)).flat();
  }

  /** Resolves when the last ack has come. */
  async talk(forMs: number): Promise<void> {
    this.waits = [];
    this.refused = 0;
    const until = performance.now() + forMs;
    await Promise.all(this.#people.filter(({ sends }) => sends).map((person) => this.#send(person, until)));
  }

  /** One more person with a conversation, for whom somebody else speaks. */
  async another(url: string): Promise<Stranger> {
    const token = await this.#token(`${this.#name}-z`);
    return { token, conversationId: await this.#open(url, token, `${this.#name}-y`) };
  }

  close(): void {
    for (const { socket } of this.#people) socket.disconnect();
  }

  async #connect({ urls, bothSend, everyMs = 0 }: Pair, ids: [string, string]): Promise<Person[]> {
    const tokens = await Promise.all(ids.map((sub) => this.#token(sub)));
    const conversationId = await this.#open(urls[0], tokens[0] ?? '', ids[1]);
    return Promise.all(
      urls.map(async (url, side) => {
        const socket = io(`${url}/chat`, { auth: { token: tokens[side] }, transports: ['websocket'], forceNew: true });
        await new Promise<void>((done, failed) => {
          socket.once('connect', done);
          socket.once('connect_error', failed);
        });
        return { socket, conversationId, sends: side === 0 || bothSend, everyMs };
      }),
    );
  }

  async #open(url: string, token: string, other: string): Promise<string> {
    const answer = await fetch(`${url}/conversations`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ participantIds: [other] }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`no conversation: ${text}`);
    return (JSON.parse(text) as { data: { _id: string } }).data._id;
  }

  #token(sub: string): Promise<string> {
    const claims = new SignJWT({ sub, name: sub }).setProtectedHeader({ alg: 'HS256' }).setExpirationTime('1h');
    return claims.sign(this.#secret);
  }

  async #send({ socket, conversationId, everyMs }: Person, until: number): Promise<void> {
    while (performance.now() < until) {
      const from = performance.now();
      const words = { conversationId, text: TEXT, localId: randomUUID() };
      const { ok } = (await socket.emitWithAck('message_send', words)) as { ok: boolean };
      if (ok) this.waits.push(performance.now() - from);
      else this.refused++;
      const rest = from + everyMs - performance.now();
      if (rest > 0) await pause(rest);
    }
  }
}
