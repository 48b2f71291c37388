import { randomBytes, randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { io, type Socket } from 'socket.io-client';

const GROUP = 50;
const GROUPS_EACH = 10;
const AT_ONCE = 50;
const IN_FLIGHT = 100;

/** People who are connected through the gateway and say nothing, each in ten groups of fifty. */
export class Crowd {
  readonly #url: string;
  readonly #secret: Uint8Array;
  readonly #sockets: Socket[] = [];

  constructor(url: string, secret: string) {
    this.#url = url;
    this.#secret = new TextEncoder().encode(secret);
  }

  /** Lets people come until so many are there. */
  async grow(to: number): Promise<void> {
    const from = this.#sockets.length;
    const ids = Array.from({ length: to - from }, (_, n) => `person-${from + n}`);
    for (let at = 0; at < ids.length; at += GROUP) await this.#group(ids.slice(at, at + GROUP));
    for (let at = 0; at < ids.length; at += AT_ONCE) {
      this.#sockets.push(...(await Promise.all(ids.slice(at, at + AT_ONCE).map((id) => this.#connect(id)))));
    }
  }

  leave(): void {
    for (const socket of this.#sockets.splice(0)) socket.disconnect();
  }

  /** Says so many messages of 64 random letters in one group, a hundred at a time. */
  async say(count: number): Promise<void> {
    const [conversationId] = await this.#group(['speaker', 'listener'], 1);
    const socket = await this.#connect('speaker');
    let left = count;
    const speak = async (): Promise<void> => {
      while (left-- > 0) {
        const words = { conversationId, text: randomBytes(48).toString('base64url'), localId: randomUUID() };
        const answer = (await socket.emitWithAck('message_send', words)) as { ok: boolean };
        if (!answer.ok) throw new Error(`a message was refused: ${JSON.stringify(answer)}`);
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, speak));
    socket.disconnect();
  }

  async #group(ids: string[], groups = GROUPS_EACH): Promise<string[]> {
    const [first = '', ...participantIds] = ids;
    const headers = { authorization: `Bearer ${await this.#token(first)}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ participantIds, isGroup: true, name: 'Crowd' });
    const url = `${this.#url}/api/v1/chat/conversations`;
    const made: string[] = [];
    for (let group = 0; group < groups; group++) {
      const answer = await fetch(url, { method: 'POST', headers, body });
      made.push(((await answer.json()) as { data: { _id: string } }).data._id);
    }
    return made;
  }

  async #connect(id: string): Promise<Socket> {
    const auth = { token: await this.#token(id) };
    const socket = io(`${this.#url}/chat`, { auth, transports: ['websocket'], forceNew: true, reconnection: false });
    await new Promise<void>((done, failed) => {
      socket.once('connect', done);
      socket.once('connect_error', failed);
    });
    return socket;
  }

  #token(sub: string): Promise<string> {
    const claims = new SignJWT({ sub, name: sub }).setProtectedHeader({ alg: 'HS256' }).setExpirationTime('2h');
    return claims.sign(this.#secret);
  }
}
