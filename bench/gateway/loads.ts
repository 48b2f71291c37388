import { randomUUID } from 'node:crypto';
import { Agent, get } from 'node:http';
import { io, type Socket } from 'socket.io-client';

/** One closed loop, done over and over by several at once. */
export type Step = () => Promise<void>;

/** Where something is asked, and as whom. */
export interface Place {
  /** The address of sockets. */
  url: string;
  /** The address of chat's REST. */
  rest: string;
  token: string;
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const TEXT = 'x'.repeat(64);

/** Reads the list of conversations. */
export function requester({ rest, token }: Place): Step {
  const headers = { authorization: `Bearer ${token}` };
  return () =>
    new Promise((done, failed) => {
      const asked = get(`${rest}/conversations`, { agent, headers }, (answer) => {
        answer
          .resume()
          .once('end', () => (answer.statusCode === 200 ? done() : failed(new Error(`${answer.statusCode}`))));
      });
      asked.once('error', failed);
    });
}

/** Sends a message over a WebSocket and waits for its ack; `close` ends the connection. */
export async function sender(
  { url, token }: Place,
  conversationId: string,
): Promise<{ step: Step; close: () => void }> {
  const socket: Socket = io(`${url}/chat`, { auth: { token }, transports: ['websocket'], forceNew: true });
  await new Promise<void>((done, failed) => {
    socket.once('connect', done);
    socket.once('connect_error', failed);
  });
  const step = async (): Promise<void> => {
    const words = { conversationId, text: TEXT, localId: randomUUID() };
    const { ok } = (await socket.emitWithAck('message_send', words)) as { ok: boolean };
    if (!ok) throw new Error('a message was refused');
  };
  return { step, close: () => socket.disconnect() };
}

/** What a load did. */
export interface Pace {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
}

/** Runs these loops side by side for a while. */
export async function pace(steps: readonly Step[], forMs: number): Promise<Pace> {
  const waits: number[] = [];
  const from = performance.now();
  const loop = async (step: Step): Promise<void> => {
    while (performance.now() - from < forMs) {
      const began = performance.now();
      await step();
      waits.push(performance.now() - began);
    }
  };
  await Promise.all(steps.map(loop));
  const seconds = (performance.now() - from) / 1000;
  waits.sort((a, b) => a - b);
  const at = (part: number): number => waits[Math.floor(part * (waits.length - 1))] ?? 0;
  return { perSecond: waits.length / seconds, p50Ms: at(0.5), p99Ms: at(0.99) };
}
