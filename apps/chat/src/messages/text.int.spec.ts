import type { Message } from '@app/contracts/shapes.js';
import { tokenOf } from '@app/testing/tokens.js';
import { chatWorld, type ChatWorld, type Chatter } from '../chat.world.suite.js';

const FAMILY = '👨‍👩‍👧‍👦';
const FLAG = '🇵🇹';
const KISS = '😘';
const MARKED = 'e\u0301';
const ZALGO = `Z${'\u0301\u0316'.repeat(50)}`;

/** Texts that are kept as they are, to the last unit. */
const KEPT: [string, string][] = [
  ['families', `${FAMILY}👩🏽‍🚀🏳️‍🌈 and more`],
  ['a text from right to left, with its marks', '\u200Fשלום \u202Bעולם\u202C مرحبا'],
  ['a script', '<script>alert("1")</script><img src=x onerror=alert(1)>'],
  ['what looks like a placeholder or an operator', '${7*7} {{x}} {"$ne":1} %00 \\u0000 \\ \' " `'],
  ['lines and tabs', 'one\r\ntwo\n\tthree'],
  ['letters that are made of two', `${MARKED} is not é`],
  ['a heap of marks', ZALGO],
  ['spaces at both ends', '  hello  '],
  ['5,000 letters', 'x'.repeat(5000)],
  ['5,000 emoji', KISS.repeat(5000)],
  ['5,000 letters with a mark', MARKED.repeat(5000)],
  ['5,000 flags, which are 20,000 units', FLAG.repeat(5000)],
  ['1,800 families, which are 19,800 units', FAMILY.repeat(1800)],
];

/** JSON texts, as JavaScript's own would not say all of them. */
const REFUSED: [string, string][] = [
  ['nothing', '""'],
  ['spaces only', '"  \\n "'],
  ['5,001 letters', `"${'x'.repeat(5001)}"`],
  ['5,001 emoji', `"${KISS.repeat(5001)}"`],
  ['5,001 letters with a mark', `"${MARKED.repeat(5001)}"`],
  ['5,001 flags', `"${FLAG.repeat(5001)}"`],
  ['more than 20,000 units, however few characters', `"${ZALGO.repeat(200)}"`],
  ['a control character', '"bell\\u0007"'],
  ['a null character', '"\\u0000"'],
  ['an escape', '"\\u001b[31mred"'],
  ['a control character of the second table', '"\\u0085"'],
  ['the first half of a character', '"half \\ud83d"'],
  ['the second half of a character', '"\\udc00 half"'],
  ['two halves in the wrong order', '"\\ude18\\ud83d"'],
];

let world: ChatWorld;
let ana: Chatter;
let ben: Chatter;
let roomId: string;
let mine: Message;

beforeAll(async () => {
  world = await chatWorld(1);
  [ana, ben] = [await world.connect('ana'), await world.connect('ben')];
  roomId = (await ana.opens(['ben']))._id;
  mine = await ana.sends(roomId, 'to be edited');
});
afterAll(() => world.close());

/** Sends a body as it is written. */
async function byRest(method: string, path: string, body: string): Promise<{ status: number; code?: string }> {
  const headers = { authorization: `Bearer ${tokenOf('ana')}`, 'content-type': 'application/json' };
  const answer = await fetch(world.urls[0] + path, { method, headers, body });
  const { code } = (await answer.json()) as { code?: string };
  return { status: answer.status, ...(code !== undefined && { code }) };
}

it.each(KEPT)('%s are kept as they are, over the socket and REST, sent and edited', async (_what, text) => {
  const [sent, edited] = [
    await ana.sends(roomId, text),
    await ana.socket.asks<Message>('message_edit', { messageId: mine._id, newText: text }),
  ];
  expect([sent.text, edited.text]).toEqual([text, text]);
  const byPost = await ana.post<Message>(`/conversations/${roomId}/messages`, { text });
  const byPatch = await ana.patch<Message>(`/messages/${mine._id}`, { text });
  expect([byPost.body.data.text, byPatch.body.data.text]).toEqual([text, text]);
  const heard = await ben.socket.hears<{ message: Message }>('message_new', ({ message }) => message._id === sent._id);
  expect(heard.message.text).toBe(text);
  const { data } = (await ben.get<Message[]>(`/conversations/${roomId}/messages?limit=2`)).body;
  expect(data.map((message) => message.text)).toEqual([text, text]);
});

it.each(REFUSED)(
  '%s is refused, over the socket and REST, sent and edited, and nothing is kept',
  async (_what, json) => {
    const text = JSON.parse(json) as string;
    const before = await world.db.collection('messages').countDocuments();
    const refusal = { ok: false, error: { code: 'INVALID_INPUT' } };
    expect(await ana.socket.answer('message_send', { conversationId: roomId, text })).toMatchObject(refusal);
    expect(await ana.socket.answer('message_edit', { messageId: mine._id, newText: text })).toMatchObject(refusal);
    const refused = { status: 400, code: 'INVALID_INPUT' };
    expect(await byRest('POST', `/conversations/${roomId}/messages`, `{"text":${json}}`)).toEqual(refused);
    expect(await byRest('PATCH', `/messages/${mine._id}`, `{"text":${json}}`)).toEqual(refused);
    expect(await world.db.collection('messages').countDocuments()).toBe(before);
  },
);
