import { type Answered, problemsOf } from './answered.ts';
import { operationsOf } from './document.ts';

const ROUTES = operationsOf('media');
const LIMITS = { 'X-Request-Id': 'r', 'RateLimit-Limit': '600', 'RateLimit-Remaining': '599', 'RateLimit-Reset': '1' };
const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };
const FILE = {
  _id: '68f0c0ffee0000000000e0f1',
  url: 'http://localhost:3000/api/v1/media/68f0c0ffee0000000000e0f1',
  name: 'holiday.jpg',
  contentType: 'image/jpeg',
  size: 7,
  createdAt: '2026-11-21T09:30:00.000Z',
};
const OK = { success: true, message: 'OK', data: FILE };
const WAIT = { success: false, message: 'Wait.', code: 'RATE_LIMITED', retryAfterMs: 1000 };

function problems(
  id: string,
  status: number,
  { headers = LIMITS, body = OK }: { headers?: Record<string, string>; body?: unknown } = {},
) {
  const operation = ROUTES.find((one) => one.id === id);
  if (!operation) throw new Error(`there is no ${id}`);
  const text = body === undefined ? '' : JSON.stringify(body);
  const answered: Answered = {
    status,
    headers: new Headers({ ...JSON_TYPE, ...headers }),
    text,
  };
  return problemsOf(operation, answered);
}

describe('an answer', () => {
  it('as it is documented has no problems', () => {
    expect(problems('getFileInfo', 200)).toEqual([]);
    expect(problems('getFileInfo', 429, { headers: { ...LIMITS, 'Retry-After': '1' }, body: WAIT })).toEqual([]);
  });

  it.each<{ what: string; status: number; given?: Parameters<typeof problems>[2]; problem: RegExp }>([
    {
      what: 'another field',
      status: 200,
      given: { body: { ...OK, data: { ...FILE, owner: 'ana' } } },
      problem: /additional/,
    },
    {
      what: 'a field less',
      status: 200,
      given: { body: { ...OK, data: { ...FILE, size: undefined } } },
      problem: /'size'/,
    },
    { what: 'a status', status: 409, given: {}, problem: /^409 is not documented/ },
    {
      what: 'a missing header',
      status: 200,
      given: { headers: { 'X-Request-Id': 'r' } },
      problem: /^200 comes without RateLimit-Limit/,
    },
    {
      what: 'a header that is to be heeded',
      status: 200,
      given: { headers: { ...LIMITS, 'Retry-After': '1' } },
      problem: /Retry-After that is not/,
    },
    { what: 'no wait', status: 429, given: { body: WAIT }, problem: /^429 comes without Retry-After/ },
    {
      what: 'another content type',
      status: 200,
      given: { headers: { ...LIMITS, 'content-type': 'text/html' } },
      problem: /^200 is no JSON/,
    },
    {
      what: 'a field of another type',
      status: 200,
      given: { body: { ...OK, data: { ...FILE, size: 1.5 } } },
      problem: /size must be integer/,
    },
    {
      what: 'no date',
      status: 200,
      given: { body: { ...OK, data: { ...FILE, createdAt: 'today' } } },
      problem: /createdAt must match format/,
    },
    {
      what: 'another word',
      status: 200,
      given: { body: { ...OK, message: 'Fine' } },
      problem: /it says Fine, and its example OK/,
    },
    {
      what: 'a code of another status',
      status: 404,
      given: { body: { ...WAIT, code: 'CONFLICT' } },
      problem: /^404 comes with CONFLICT/,
    },
  ])('with $what has one', ({ status, given, problem }) => {
    expect(problems('getFileInfo', status, given)).toContainEqual(expect.stringMatching(problem));
  });

  it('that says nothing in its status says nothing in a body', () => {
    const headers = { ...LIMITS, ETag: '"x"', 'Cache-Control': 'private' };
    expect(problems('downloadFile', 304, { headers })).toEqual([
      '304 comes as application/json, which is not documented',
    ]);
  });
});
