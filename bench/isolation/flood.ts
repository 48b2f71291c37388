import { setPriority } from 'node:os';
import { io, type Socket } from 'socket.io-client';

/** One hostile client, in a process of its own: says what a kind of flood says, as often as it can, and comes back when it is cut. */

/** Words that wait to be sent; more would only be this process's own memory. */
const AHEAD = 200;

const FLOODS: Record<string, (conversationId: string) => unknown> = {
  sends: (conversationId) => ({ conversationId, text: 'x'.repeat(5000) }),
  malformed: () => ({ conversationId: { $ne: 1 }, text: [['x']] }),
};

const [url = '', token = '', conversationId = '', kind = ''] = process.argv.slice(2);
const words = FLOODS[kind]?.(conversationId);

// The machine is for the servers and those who are measured.
setPriority(19);
const socket = io(`${url}/chat`, { auth: { token }, transports: ['websocket'], reconnectionDelayMax: 1000 });
let underWay = 0;
let asked = 0;

function flood(to: Socket): void {
  while (to.connected && underWay < AHEAD) {
    underWay++;
    to.emit('message_send', words, () => underWay--);
    asked++;
  }
}

socket.on('connect', () => (underWay = 0));
socket.on('disconnect', (reason) => {
  if (reason === 'io server disconnect') socket.connect();
});
socket.on('connect_error', () => setTimeout(() => socket.connect(), 100).unref());
const flooding = setInterval(() => flood(socket), 1);
process.once('SIGTERM', () => {
  clearInterval(flooding);
  socket.disconnect();
  console.log(String(asked));
});
