import { createHash } from 'node:crypto';
import { form, mediaWorld, type Person, png, type World } from '../world.suite.js';

const BYTES = png(1000);
const UNKNOWN = '6920a1b2c3d4e5f607182930';

interface Refusal {
  code: string;
  message: string;
}

describe('a download', () => {
  let world: World;
  let ana: Person;
  let ben: Person;
  let id: string;

  beforeAll(async () => {
    world = await mediaWorld();
    ana = world.person('ana');
    ben = world.person('ben');
  });
  afterAll(() => world.close());
  beforeEach(async () => {
    id = await ana.uploads(BYTES, 'sea, sun & été.png');
  });

  const status = async (asked: Promise<Response>) => {
    const answer = await asked;
    await answer.body?.cancel();
    return answer.status;
  };

  it('gives its owner the bytes, to be saved and not to be run', async () => {
    const answer = await ana.ask(`/media/${id}`);
    expect(answer.status).toBe(200);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-length': '1000',
      'accept-ranges': 'bytes',
      'content-disposition': `attachment; filename="sea, sun & ?t?.png"; filename*=UTF-8''sea%2C%20sun%20%26%20%C3%A9t%C3%A9.png`,
      'content-security-policy': "sandbox; default-src 'none'",
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, max-age=3600',
      vary: 'Authorization',
      etag: `"${createHash('sha256').update(BYTES).digest('hex')}"`,
    });
    expect(Buffer.compare(await answer.bytes(), BYTES)).toBe(0);
  });

  it('is open to the members of a conversation where the file is attached, and to nobody else', async () => {
    expect(await status(ben.ask(`/media/${id}`))).toBe(404);
    await world.attach(id, ['ana', 'ben']);
    await world.attach(id, ['ana', 'cem']);
    expect(await status(ben.ask(`/media/${id}`))).toBe(200);
    expect(await status(world.person('cem').ask(`/media/${id}/info`))).toBe(200);
    expect(await status(world.person('dora').ask(`/media/${id}`))).toBe(404);
  });

  it('stays closed to who came after it, until the file is sent again', async () => {
    const { conversationId } = await world.attach(id, ['ana']);
    await world.db
      .collection('members')
      .insertOne({ conversationId, userId: 'ben', role: 'member', joinedSeq: 2, readSeq: 1 });
    expect(await status(ben.ask(`/media/${id}`))).toBe(404);
    const again = { conversationId, seq: 3, senderId: 'ana', attachments: [{ mediaId: id }], createdAt: new Date() };
    await world.db.collection('messages').insertOne(again);
    expect(await status(ben.ask(`/media/${id}`))).toBe(200);
  });

  it('closes again when the person leaves', async () => {
    const { conversationId } = await world.attach(id, ['ana', 'ben']);
    await world.db.collection('members').deleteOne({ conversationId, userId: 'ben' });
    expect(await status(ben.ask(`/media/${id}`))).toBe(404);
  });

  it('closes again when the message is deleted', async () => {
    const { messageId } = await world.attach(id, ['ana', 'ben']);
    await world.db.collection('messages').updateOne({ _id: messageId }, { $set: { deletedAt: new Date() } });
    expect(await status(ben.ask(`/media/${id}`))).toBe(404);
    expect(await status(ana.ask(`/media/${id}`))).toBe(200);
  });

  it('answers a stranger in the words it has for what does not exist', async () => {
    const answers = await Promise.all(
      [id, UNKNOWN, 'x', '%2e%2e%2fkept', id.toUpperCase()].map(async (one) => {
        const answer = await ben.ask(`/media/${one}`);
        return { status: answer.status, body: await answer.json() };
      }),
    );
    const [first] = answers;
    expect(first).toMatchObject({ status: 404, body: { success: false, code: 'NOT_FOUND' } });
    expect(answers.every((answer) => JSON.stringify(answer) === JSON.stringify(first))).toBe(true);
  });

  it('needs a token', async () => {
    expect(await status(fetch(`${world.url}/media/${id}`))).toBe(401);
  });

  it.each([
    ['bytes=0-99', 0, 99],
    ['bytes=990-', 990, 999],
    ['bytes=-10', 990, 999],
    ['bytes=500-9999', 500, 999],
    ['bytes=0-9,5-19', 0, 19],
  ])('gives the part %s', async (range, start, end) => {
    const answer = await ana.ask(`/media/${id}`, { headers: { Range: range } });
    expect(answer.status).toBe(206);
    expect(answer.headers.get('content-range')).toBe(`bytes ${start}-${end}/1000`);
    expect(answer.headers.get('content-length')).toBe(String(end - start + 1));
    expect(Buffer.compare(await answer.bytes(), BYTES.subarray(start, end + 1))).toBe(0);
  });

  it.each(['bytes=0-1,10-11', 'pages=1-2', 'nonsense'])('gives the whole where %s is asked', async (range) => {
    const answer = await ana.ask(`/media/${id}`, { headers: { Range: range } });
    expect([answer.status, (await answer.bytes()).length]).toEqual([200, 1000]);
  });

  it('says how long the file is when nothing of it was asked for', async () => {
    const answer = await ana.ask(`/media/${id}`, { headers: { Range: 'bytes=1000-' } });
    expect([answer.status, answer.headers.get('content-range')]).toEqual([416, 'bytes */1000']);
    expect(await answer.json()).toMatchObject({ success: false, code: 'INVALID_INPUT' });
  });

  it('goes on with a part only of the same file', async () => {
    const etag = (await ana.ask(`/media/${id}`)).headers.get('etag') ?? '';
    const part = (condition: string) =>
      status(ana.ask(`/media/${id}`, { headers: { Range: 'bytes=0-9', 'If-Range': condition } }));
    expect([await part(etag), await part('"another"')]).toEqual([206, 200]);
  });

  it('is not repeated to whoever has the file, and is still closed to strangers', async () => {
    const etag = (await ana.ask(`/media/${id}`)).headers.get('etag') ?? '';
    const again = await ana.ask(`/media/${id}`, { headers: { 'If-None-Match': etag } });
    expect([again.status, await again.text(), again.headers.get('vary')]).toEqual([304, '', 'Authorization']);
    for (const [known, code] of [
      [`"another", W/${etag}`, 304],
      ['*', 304],
      ['"another"', 200],
    ] as const) {
      expect(await status(ana.ask(`/media/${id}`, { headers: { 'If-None-Match': known } }))).toBe(code);
    }
    expect(await status(ben.ask(`/media/${id}`, { headers: { 'If-None-Match': etag } }))).toBe(404);
  });

  it('is described by HEAD, with the same headers and no bytes', async () => {
    const [head, get] = await Promise.all(['HEAD', 'GET'].map((method) => ana.ask(`/media/${id}`, { method })));
    const known = (answer?: Response) =>
      [...(answer?.headers ?? [])].filter(
        ([name]) => !['date', 'x-request-id', 'connection', 'keep-alive'].includes(name),
      );
    expect([head?.status, await head?.text()]).toEqual([200, '']);
    expect(known(head)).toEqual(known(get));
    expect(await status(ben.ask(`/media/${id}`, { method: 'HEAD' }))).toBe(404);
  });

  it('lets go of the file when the client leaves', async () => {
    const large = await ana.uploads(png(8_000_000));
    const leaving = new AbortController();
    const answer = await ana.ask(`/media/${large}`, { signal: leaving.signal });
    leaving.abort();
    await expect(answer.bytes()).rejects.toThrow();
    expect(await status(ana.ask(`/media/${large}`))).toBe(200);
  });

  it('finds where a file is attached by the index', async () => {
    await world.attach(id, ['ana', 'ben']);
    await world.db
      .collection('messages')
      .createIndex(
        { 'attachments.mediaId': 1 },
        { partialFilterExpression: { 'attachments.mediaId': { $exists: true } } },
      );
    const plan = await world.db
      .collection('messages')
      .find({ 'attachments.mediaId': id, deletedAt: null })
      .explain('queryPlanner');
    expect(JSON.stringify(plan)).toContain('IXSCAN');
  });
});

describe('what is known of files', () => {
  let world: World;
  let ana: Person;
  let ben: Person;
  beforeAll(async () => {
    world = await mediaWorld();
    ana = world.person('ana');
    ben = world.person('ben');
  });
  afterAll(() => world.close());

  it('is told of one, as it was at its upload', async () => {
    const uploaded = (await (await ana.upload(form(BYTES))).json()) as { data: { _id: string } };
    const info = await ana.ask(`/media/${uploaded.data._id}/info`);
    expect([info.status, await info.json()]).toEqual([200, uploaded]);
    expect((await ben.ask(`/media/${uploaded.data._id}/info`)).status).toBe(404);
  });

  it('is told of several in the order asked, own ones and attached ones', async () => {
    const [mine, shared] = [await ben.uploads(BYTES), await ana.uploads(BYTES)];
    await world.attach(shared, ['ana', 'ben']);
    for (const order of [
      [mine, shared],
      [shared, mine],
    ]) {
      const answer = await ben.check(...order);
      const { data } = (await answer.json()) as {
        data: { _id: string; size: number; contentType: string; url: string }[];
      };
      expect([answer.status, data.map(({ _id }) => _id)]).toEqual([200, order]);
      expect(data[0]).toMatchObject({
        size: 1000,
        contentType: 'image/png',
        url: expect.stringContaining('/api/v1/media/'),
      });
    }
  });

  it('names those that do not exist for the asker', async () => {
    const [mine, hers] = [await ben.uploads(BYTES), await ana.uploads(BYTES)];
    const answer = await ben.check(mine, hers, UNKNOWN);
    const { code, message } = (await answer.json()) as Refusal;
    expect([answer.status, code, message]).toEqual([404, 'NOT_FOUND', `There is no media ${hers}, ${UNKNOWN}.`]);
  });

  it.each([
    ['no list', ['x']],
    ['an operator', [{ $ne: 1 }]],
    ['the same twice', [UNKNOWN, UNKNOWN]],
    ['none', []],
    ['eleven', Array.from({ length: 11 }, (_, index) => `6920a1b2c3d4e5f6071829${10 + index}`)],
  ])('is not told of %s', async (_, ids) => {
    const answer = await ana.check(...ids);
    expect([answer.status, ((await answer.json()) as Refusal).code]).toEqual([400, 'INVALID_INPUT']);
  });
});
