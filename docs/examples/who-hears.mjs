// Says something between two people of the demo every four seconds (the limit is 20 a minute), and when each hears it.
// node docs/examples/who-hears.mjs http://localhost:3005 http://localhost:3015
// The addresses are of two nodes; without them, both connect through the gateway (PARLEY_URL).
import { io } from 'socket.io-client';

const gateway = process.env.PARLEY_URL ?? 'http://localhost:3000';
const [one = gateway, other = gateway] = process.argv.slice(2);

const post = async (path, body, token) => {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  const answer = await fetch(`${gateway}/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()).data;
};

const names = ['ana', 'ben'];
const people = await Promise.all(
  names.map((name) => post('/auth/login', { username: name, password: `${name}-demo-1` })),
);
const [ana, ben] = people;
const { _id: conversationId } = await post('/chat/conversations', { participantIds: [ben.user._id] }, ana.accessToken);

const sockets = [one, other].map((url, n) =>
  io(`${url}/chat`, { auth: { token: people[n].accessToken }, transports: ['websocket'] }),
);
const said = new Map();
sockets.forEach((socket, n) => {
  const tell = (what) => console.log(`${names[n]} at ${[one, other][n]}: ${what}`);
  socket.on('connect', () => tell('connected'));
  socket.on('connect_error', (error) => tell(`not connected: ${error.message}`));
  socket.on('disconnect', (why) => tell(`disconnected: ${why}`));
  socket.on('message_new', ({ message }) => {
    const at = said.get(message.text);
    if (at !== undefined) tell(`heard ${message.seq} after ${Date.now() - at} ms`);
  });
});

setInterval(async () => {
  const text = `Who hears ${new Date().toISOString()}?`;
  const at = Date.now();
  said.set(text, at);
  const answer = await sockets[0]
    .timeout(5000)
    .emitWithAck('message_send', { conversationId, text, localId: text })
    .catch((error) => error);
  console.log(
    answer.ok
      ? `kept as ${answer.data.seq} after ${Date.now() - at} ms`
      : `refused: ${answer.error?.code ?? answer.message}`,
  );
}, 4000);
