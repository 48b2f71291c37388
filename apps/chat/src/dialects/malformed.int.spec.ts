import { getMetadataStorage, ValidationTypes } from 'class-validator';
import { AppError } from '@app/common/errors/app-error.js';
import { shaped } from '@app/common/errors/validate.js';
import type { WireError } from '@app/contracts/errors.js';
import { tokenOf } from '@app/testing/tokens.js';
import { chatWorld, type ChatWorld, type Chatter } from '../chat.world.suite.js';
import type { Asking } from './dialect.js';
import { native } from './native/socket.js';

type Answer = { ok: boolean; error?: WireError };

/** Appears in every payload, so that an answer that repeats any of the input is found. */
const MARK = 'zq7mark';
const id = '0123456789abcdef01234567';
const own = (name: string, value: unknown) =>
  Object.defineProperty({}, name, { value, enumerable: true, configurable: true, writable: true });
const nested = (levels: number): object => (levels === 0 ? { [MARK]: MARK } : { conversationId: nested(levels - 1) });

/** Values of fields by name, as a good client sends them. A field that is not here gets an id. */
const GOOD: Record<string, unknown> = {
  text: 'hello',
  localId: 'l-1',
  isTyping: false,
  attachments: [],
  messageIds: [id],
  userIds: ['ben'],
  participantIds: ['ben'],
  token: tokenOf('ana'),
};

/** No field of any request takes one of these. */
const NEVER: [string, unknown][] = [
  ['an operator', { $ne: 1 }],
  ['an operator that matches', { $regex: MARK }],
  ['an operator that runs code', { $where: `${MARK}()` }],
  ['a list in a list', [[[MARK]]]],
  ['a list of operators', [{ $gt: MARK }]],
  ['an object', { [MARK]: MARK }],
  ['an object with a length', { length: 1e9, 0: MARK }],
  ['an object that says it is text', { toString: MARK }],
  ['binary', Buffer.from(MARK)],
  ['binary in a list', [Buffer.from(MARK)]],
  ['ten levels', nested(10)],
  ['a huge number', 1e308],
  ['a negative number', -0.5],
  ['a number past the safe ones', Number.MAX_SAFE_INTEGER + 2],
  ['the first half of a character', `${MARK}\ud83d`],
  ['the second half of a character', `\ude00${MARK}`],
  ['halves in a list', [`${MARK}\ud83d`]],
  ['its prototype', own('__proto__', { admin: MARK })],
  ['its constructor', own('constructor', { prototype: { admin: MARK } })],
];

/** Nor is one of these a request, whatever its event. Words are everything before the callback. */
const NO_REQUEST: [string, unknown[]][] = [
  ['no argument', []],
  ['null', [null]],
  ['true', [true]],
  ['a number', [7]],
  ['a huge number', [1e308]],
  ['a text', [MARK]],
  ['a text of JSON', [`{"conversationId":"${id}"}`]],
  ['an empty text', ['']],
  ['an empty list', [[]]],
  ['bytes', [Uint8Array.of(1, 2, 3)]],
  ['nothing, said three times', [null, null, null]],
  ['a list', [[{ conversationId: id }]]],
  ['binary', [Buffer.from(MARK)]],
  ['binary in a list', [[Buffer.from(MARK)]]],
  ['an empty object', [{}]],
  ['another object', [{ [MARK]: MARK }]],
  ['an operator', [{ $ne: 1 }]],
  ['ten levels', [nested(10)]],
  ['hundreds of levels', [JSON.parse(`${'{"a":'.repeat(500)}1${'}'.repeat(500)}`)]],
  ['lists of lists', [JSON.parse(`${'['.repeat(500)}${']'.repeat(500)}`)]],
];

/** A good request, and one thing too much. */
const TOO_MUCH: [string, object][] = [
  ['an unknown field', { [MARK]: MARK }],
  ['an operator as a field', { $set: { role: MARK } }],
  ['a field with a dot', { [`conversationId.${MARK}`]: 1 }],
  ['an empty name', { '': MARK }],
  ['a name with half a character', { [`${MARK}\ud800`]: 1 }],
  ['a prototype', own('__proto__', { admin: MARK })],
  ['a constructor', own('constructor', { prototype: MARK })],
  ['a method of its shape', { toAsk: MARK }],
  ['a method of every object', { hasOwnProperty: MARK }],
  ['another sender', { senderId: MARK, userId: MARK }],
];

let world: ChatWorld;
let ana: Chatter;

beforeAll(async () => {
  world = await chatWorld(1, {
    TYPING_RATE_LIMIT: '100000',
    JOIN_RATE_LIMIT: '100000',
    AUTHENTICATE_RATE_LIMIT: '100000',
    REQUEST_RATE_LIMIT: '100000',
    REFUSED_REQUESTS_LIMIT: '100000',
  });
  ana = await world.connect('ana');
});
afterAll(() => world.close());

const fieldsOf = (shape: new () => object): string[] => [
  ...new Set(
    getMetadataStorage()
      .getTargetValidationMetadatas(shape, '', false, false)
      .map(({ propertyName }) => propertyName),
  ),
];
const optionalOf = (shape: new () => object): string[] =>
  getMetadataStorage()
    .getTargetValidationMetadatas(shape, '', false, false)
    .filter(({ type }) => type === ValidationTypes.CONDITIONAL_VALIDATION)
    .map(({ propertyName }) => propertyName);
const goodFor = (shape: new () => object) =>
  Object.fromEntries(fieldsOf(shape).map((field) => [field, field in GOOD ? GOOD[field] : id]));

function requestsOf(shape: new () => object): [string, unknown[]][] {
  const good = goodFor(shape);
  const perField = fieldsOf(shape).flatMap((field) =>
    NEVER.map(([what, value]): [string, unknown[]] => [`${field}: ${what}`, [{ ...good, [field]: value }]]),
  );
  const missing = TOO_MUCH.map(([what, more]): [string, unknown[]] => {
    const request = Object.defineProperties({ ...good }, Object.getOwnPropertyDescriptors(more)) as object;
    return [`with ${what}`, [request]];
  });
  const words: [string, unknown[]][] = [
    ['two payloads', [good, good]],
    ['two callbacks', [good, () => undefined]],
    ['a callback in front', [null, good]],
  ];
  return [...NO_REQUEST, ...missing, ...words, ...perField];
}

describe.each(Object.entries(native.hears))('%s', (wireEvent, { shape }) => {
  it('refuses fifty malformed payloads and more through the ack, and goes on', async () => {
    const before = ana.socket.all('error').length;
    const requests = requestsOf(shape);
    expect(requests.length).toBeGreaterThanOrEqual(50);
    for (const [what, words] of requests) {
      const answer = (await ana.socket.answer(wireEvent, ...words)) as Answer;
      expect({ what, code: answer.error?.code }).toEqual({ what, code: 'INVALID_INPUT' });
      const said = JSON.stringify(answer);
      expect(said).not.toContain(MARK);
      expect(said).not.toMatch(/\bat .*:\d+|node_modules|\.[jt]s\b/);
    }
    // The request without the mistake is understood, so it was the mistake that was refused.
    const good = (await ana.socket.answer(wireEvent, goodFor(shape))) as Answer;
    expect(good.error?.code).not.toBe('INVALID_INPUT');
    // What an ack has said is not said again.
    expect(ana.socket.all('error')).toHaveLength(before);
  }, 30_000);

  it('takes a field that is null for one that is left out', async () => {
    const asked = (input: object) => (shaped(shape, input) as Asking<object>).toAsk();
    for (const field of fieldsOf(shape)) {
      const { [field]: _, ...without } = goodFor(shape);
      const isNull = { ...without, [field]: null };
      const [left, given] = [await ana.socket.answer(wireEvent, without), await ana.socket.answer(wireEvent, isNull)];
      expect({ field, code: (given as Answer).error?.code }).toEqual({ field, code: (left as Answer).error?.code });
      if (optionalOf(shape).includes(field)) expect(asked(isNull)).toEqual(asked(without));
    }
  });

  it('answers each malformed one without a callback by an error that says nothing of the input, and goes on', async () => {
    const before = ana.socket.all('error').length;
    const quiet = native.fails(new AppError('INVALID_INPUT'), wireEvent) === null;
    const requests = requestsOf(shape).filter(([, words]) => !words.some((word) => typeof word === 'function'));
    for (const [, words] of requests) ana.socket.socket.emit(wireEvent, ...words);
    await ana.socket.answer(wireEvent, goodFor(shape));
    const said = ana.socket.all<WireError>('error').slice(before);
    expect(said).toHaveLength(quiet ? 0 : requests.length);
    expect(JSON.stringify(said)).not.toContain(MARK);
    expect(said.every(({ code }) => code === 'INVALID_INPUT' || code === 'RATE_LIMITED')).toBe(true);
    expect(ana.socket.socket.connected).toBe(true);
  }, 30_000);
});

it('refuses ten thousand levels, which no client library can send', async () => {
  const answered = new Promise<string>((resolve) =>
    ana.socket.socket.io.engine.on('message', (data: unknown) => {
      if (String(data).startsWith('3/chat,99991')) resolve(String(data));
    }),
  );
  ana.socket.socket.io.engine.write(`2/chat,99991["typing",${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}]`);
  expect(await answered).toContain('INVALID_INPUT');
});

it('has left the socket, the node and every prototype as they were', async () => {
  expect(ana.socket.socket.connected).toBe(true);
  expect(({} as { admin?: string }).admin).toBeUndefined();
  const { status } = await fetch(`${world.urls[0]}/health`);
  expect(status).toBe(200);
  const ben = await world.connect('ben');
  const room = await ana.opens(['ben']);
  await ana.sends(room._id, 'still here');
  await ben.socket.hears('message_new');
});

describe('an event that nobody listens for', () => {
  it.each(['error', 'exception', 'toString', '__proto__', 'constructor', 'x'.repeat(10_000), MARK, '*'])(
    'is an error: %.20s',
    async (wireEvent) => {
      const answer = (await ana.socket.answer(wireEvent, {})) as Answer;
      expect(answer).toEqual({
        ok: false,
        error: { code: 'INVALID_INPUT', message: 'There is no such event.', retryable: false },
      });
    },
  );
});
