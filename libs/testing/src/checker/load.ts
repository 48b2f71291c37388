import { randomUUID } from 'node:crypto';
import { TestSocket } from '../test-socket.js';
import { tokenOf } from '../tokens.js';
import type { Heard, Send } from './history.js';
import { heardFrom, type WireMessage } from './read-back.js';

/** Somebody who talks in one conversation, through one of the nodes. */
export interface Talker {
  userId: string;
  node: number;
  conversationId: string;
  /** How its sockets connect; by WebSocket at once unless said. */
  transports?: string[];
}

/** People who talk as fast as they are answered. */
export interface Load {
  /** Addresses of the nodes; a talker whose node goes away moves to the next. */
  urls: readonly string[];
  talkers: readonly Talker[];
  forMs: number;
  /** Ends it earlier. */
  stop?: AbortSignal;
  /** The same seed makes the same choices: which send has a `localId`, which is repeated, which come three at once. */
  seed: number;
  secret?: string;
  /** How long a client waits for an ack before it calls the outcome unknown, and leaves the node; 5 s unless said. */
  patienceMs?: number;
}

const PATIENCE_MS = 5000;
const RETRY_MS = 50;
const TRIES = 200;

/** Lets people talk in a closed loop; resolves with what they did and heard when every send has an outcome. */
export async function talk(load: Load): Promise<{ sends: Send[]; heard: Heard[] }> {
  const people = load.talkers.map((talker, index) => new Talking(talker, load, seeded(load.seed + index)));
  await Promise.all(people.map((person) => person.connect()));
  const until = performance.now() + load.forMs;
  await Promise.all(people.map((person) => person.talk(until)));
  await Promise.all(people.map((person) => person.hearOut()));
  return { sends: people.flatMap(({ sends }) => sends), heard: people.flatMap((person) => person.heard()) };
}

/** Random numbers from 0 to 1 that a seed decides (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

class Talking {
  readonly sends: Send[] = [];
  private readonly sockets: TestSocket[] = [];
  private node: number;
  /** The session that is known to be in its rooms. */
  private joined = '';
  /** The latest word of its own that it must hear. */
  private last: Send | undefined;

  constructor(
    private readonly talker: Talker,
    private readonly load: Load,
    private readonly random: () => number,
  ) {
    this.node = talker.node;
  }

  async connect(): Promise<void> {
    const { urls, secret } = this.load;
    const { userId, transports = ['websocket'] } = this.talker;
    const token = tokenOf(userId, {}, secret);
    this.sockets.push(await TestSocket.connect(`${urls[this.node]}/chat`, token, { transports }));
  }

  /** Mostly one after the other, now and then three at once on one socket. */
  async talk(until: number): Promise<void> {
    while (performance.now() < until && !this.load.stop?.aborted) {
      await this.reconnect();
      const burst = this.random() < 0.1 ? 3 : 1;
      await Promise.all(Array.from({ length: burst }, () => this.say()));
    }
  }

  heard(): Heard[] {
    return this.sockets.flatMap((socket, index) =>
      heardFrom(`${this.talker.userId}/${index}`, socket.all<{ message: WireMessage }>('message_new')),
    );
  }

  /** Whoever has heard its own last word has heard everything before it. Then nobody listens any more. */
  async hearOut(): Promise<void> {
    const { last } = this;
    const socket = this.sockets.at(-1);
    if (last && socket?.socket.connected && last.session === this.session) {
      await socket.hears<{ message: WireMessage }>('message_new', ({ message }) => message._id === last.messageId);
    }
    for (const one of this.sockets) one.close();
  }

  private get session(): string {
    return `${this.talker.userId}/${this.sockets.length}`;
  }

  /** A socket that hears others is in its rooms; its own first words may be told before. */
  private hasJoined(): boolean {
    if (this.joined === this.session) return true;
    const heard = this.sockets.at(-1)?.all<{ message: WireMessage }>('message_new') ?? [];
    if (heard.some(({ message }) => message.senderId !== this.talker.userId)) this.joined = this.session;
    return this.joined === this.session;
  }

  private async reconnect(): Promise<void> {
    while (!this.sockets.at(-1)?.socket.connected) {
      this.node = (this.node + 1) % this.load.urls.length;
      await this.connect().catch(() => new Promise((resolve) => setTimeout(resolve, RETRY_MS)));
    }
  }

  private async say(): Promise<void> {
    const { userId } = this.talker;
    const text = `${userId} ${randomUUID()}`;
    // Without a `localId` the client has no second try; with one it insists, and sometimes asks again without need.
    const localId = this.random() < 0.5 ? undefined : text;
    const again = this.random() < 0.05;
    for (let tries = 1; tries <= TRIES; tries++) {
      const joined = this.hasJoined();
      const send = await this.attempt(text, localId);
      const { outcome } = send;
      // What an earlier try had kept may have been told before this socket was there.
      if (outcome === 'acked' && joined && tries === 1) this.last = send;
      if (localId === undefined || outcome === 'failed') return;
      if (outcome === 'acked') return again ? void (await this.attempt(text, localId)) : undefined;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      await this.reconnect();
    }
  }

  private async attempt(text: string, localId: string | undefined): Promise<Send> {
    const { userId: senderId, conversationId } = this.talker;
    const send: Send = {
      conversationId,
      senderId,
      session: this.session,
      ...(localId !== undefined && { localId }),
      text,
      node: String(this.node + 1),
      startedAt: performance.now(),
      outcome: 'unknown',
    };
    this.sends.push(send);
    const words = { conversationId, text, ...(localId !== undefined && { localId }) };
    const socket = this.sockets.at(-1)?.socket;
    const answer = await socket
      ?.timeout(this.load.patienceMs ?? PATIENCE_MS)
      .emitWithAck('message_send', words)
      .catch(() => undefined);
    if (answer === undefined) {
      // A node that is frozen keeps its connections: only its silence tells.
      socket?.disconnect();
      return send;
    }
    const { ok, data, error } = answer as { ok: boolean; data: WireMessage; error: { retryable: boolean } };
    send.endedAt = performance.now();
    if (ok) Object.assign(send, { outcome: 'acked', messageId: data._id, seq: data.seq });
    else if (!error.retryable) send.outcome = 'failed';
    return send;
  }
}
