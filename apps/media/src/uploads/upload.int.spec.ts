import { randomBytes } from 'node:crypto';
import { type EventEmitter, once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { Readable } from 'node:stream';
import { form, mediaWorld, png, type World } from '../world.suite.js';

const MAX = 10 * 1024 * 1024;
const B = 'boundary';
const partHead = (field = 'file', name = 'a.png') =>
  `--${B}\r\nContent-Disposition: form-data; name="${field}"; filename="${name}"\r\n\r\n`;
const END = `\r\n--${B}--\r\n`;
const FORM_TYPE = { 'Content-Type': `multipart/form-data; boundary=${B}` };

interface Refusal {
  code: string;
  message: string;
}

// Tens of megabytes take their time on a busy machine.
jest.setTimeout(30_000);

describe('an upload', () => {
  let world: World;
  beforeAll(async () => {
    world = await mediaWorld();
  });
  afterAll(() => world.close());

  const ana = () => world.person('ana');
  const records = () => world.db.collection('media').countDocuments();
  const refusal = async (answer: Response) => ({ status: answer.status, ...((await answer.json()) as Refusal) });

  /** Sends the form as it stands, in chunks, so that no length is announced. */
  const raw = (chunks: Iterable<string | Uint8Array>) =>
    ana().ask('/media', {
      method: 'POST',
      headers: FORM_TYPE,
      body: Readable.toWeb(Readable.from(chunks, { objectMode: false })),
      duplex: 'half',
    });

  /** Does it, and sees that no file and no record came of it. */
  async function leavesNothing(act: () => Promise<unknown>): Promise<void> {
    const before = [await world.files(), await records()];
    await act();
    expect([await world.files(), await records()]).toEqual(before);
  }

  it.each(['file', 'media'])('in the field %s is kept, and described', async (field) => {
    const answer = await ana().upload(form(png(1000), 'holiday.png', field));
    expect(answer.status).toBe(201);
    const { data, ...envelope } = (await answer.json()) as { data: { _id: string } };
    expect(envelope).toEqual({ success: true, message: 'OK' });
    expect(data).toEqual({
      _id: expect.stringMatching(/^[0-9a-f]{24}$/),
      url: `https://chat.example/api/v1/media/${data._id}`,
      name: 'holiday.png',
      contentType: 'image/png',
      size: 1000,
      createdAt: expect.stringMatching(/Z$/),
    });
    expect(await world.files()).toContain(`kept/${data._id.slice(-2)}/${data._id}`);
  });

  it('is the same file again, byte by byte, up to the greatest size', async () => {
    const bytes = png(MAX);
    const id = await ana().uploads(bytes);
    const back = await (await ana().ask(`/media/${id}`)).bytes();
    expect(Buffer.compare(back, bytes)).toBe(0);
  });

  it('of one byte too many is refused and leaves nothing, its length announced or not', async () => {
    await leavesNothing(async () => {
      const announced = await refusal(await ana().upload(form(png(MAX + 1))));
      expect(announced).toMatchObject({
        status: 413,
        code: 'TOO_LARGE',
        message: `The file is larger than ${MAX} bytes.`,
      });
      const unannounced = await refusal(await raw([partHead(), png(MAX + 1), END]));
      expect(unannounced).toMatchObject({ status: 413, code: 'TOO_LARGE' });
    });
  });

  it('of far too many bytes is refused before any of them is sent', async () => {
    const headers = { ...FORM_TYPE, ...ana().headers, 'Content-Length': 3 * MAX };
    const client = request(`${world.url}/media`, { method: 'POST', headers });
    client.on('error', () => undefined);
    client.flushHeaders();
    const [answer] = (await once(client, 'response')) as [IncomingMessage];
    expect(answer.statusCode).toBe(413);
    client.destroy();
  });

  it.each([
    ['before its first bytes are known', png(1000)],
    ['in the middle', png(MAX / 2)],
  ])('that breaks off %s leaves nothing', async (_, bytes) => {
    const before = await world.files();
    const arrived = once(world.app.getHttpServer() as EventEmitter, 'request');
    const client = request(`${world.url}/media`, { method: 'POST', headers: { ...FORM_TYPE, ...ana().headers } });
    client.on('error', () => undefined);
    client.write(partHead());
    client.write(bytes);
    const [, response] = (await arrived) as [unknown, EventEmitter];
    const closed = once(response, 'close');
    if (bytes.length > 100_000) {
      await until(async () => (await world.files()).some((name) => name.startsWith('incoming')));
    }
    client.destroy();
    await closed;
    await until(async () => (await world.files()).length === before.length);
    expect(await world.files()).toEqual(before);
  });

  it('whose form ends too early is refused and leaves nothing', async () => {
    await leavesNothing(async () => {
      const answer = await refusal(await raw([partHead(), png(200_000)]));
      expect(answer).toMatchObject({
        status: 400,
        code: 'INVALID_INPUT',
        message: 'The form is malformed or broke off.',
      });
    });
  });

  it.each<[string, () => Iterable<string | Uint8Array>, string]>([
    ['of two files', () => [partHead(), png(), `\r\n${partHead('media')}`, png(), END], 'Send one file a request.'],
    ['in another field', () => [partHead('avatar'), png(), END], 'The file must come in the field "file" or "media".'],
    [
      'that is a text and not a file',
      () => [`--${B}\r\nContent-Disposition: form-data; name="file"\r\n\r\nhello${END}`],
      'Send one file, as multipart/form-data, in the field "file" or "media".',
    ],
    [
      'with a field too long',
      () => [
        partHead(),
        png(),
        `\r\n--${B}\r\nContent-Disposition: form-data; name="a"\r\n\r\n`,
        'x'.repeat(5000),
        END,
      ],
      'The form is not accepted: Field value too long.',
    ],
    ['of a malformed form', () => [`--${B}\r\n\u0001: \r\n\r\nx${END}`], 'The form is malformed or broke off.'],
  ])('%s is refused, says why, and leaves nothing', async (_, body, message) => {
    await leavesNothing(async () => {
      expect(await refusal(await raw(body()))).toMatchObject({ status: 400, code: 'INVALID_INPUT', message });
    });
  });

  it('that is no form at all is refused', async () => {
    const answer = await refusal(await ana().ask('/media', { method: 'POST', body: 'hello' }));
    expect(answer).toMatchObject({ status: 400, message: expect.stringContaining('multipart/form-data') });
    const unbound = await ana().ask('/media', {
      method: 'POST',
      body: 'x',
      headers: { 'Content-Type': 'multipart/form-data' },
    });
    expect(await refusal(unbound)).toMatchObject({ status: 400, code: 'INVALID_INPUT' });
  });

  it('without a token is refused and leaves nothing', async () => {
    await leavesNothing(async () => {
      const answer = await fetch(`${world.url}/media`, { method: 'POST', body: form(png()) });
      expect(await refusal(answer)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
    });
  });

  it.each([
    ['an SVG called .png', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', 'a.png'],
    ['an SVG with its declaration', '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', 'a.svg'],
    ['a page', '<!doctype html><script>alert(1)</script>', 'a.png'],
    ['a page with a PDF in it', '<html><script>alert(1)</script>%PDF-1.7', 'a.pdf'],
    ['a program', '\u007fELF\u0002\u0001\u0001', 'a.jpg'],
    ['a text', 'hello', 'a.txt'],
    ['nothing', '', 'a.png'],
  ])('of %s is refused and leaves nothing', async (_, bytes, name) => {
    await leavesNothing(async () => {
      const answer = await refusal(await ana().upload(form(Buffer.from(bytes), name)));
      expect(answer).toMatchObject({ status: 415, code: 'UNSUPPORTED_TYPE' });
    });
  });

  it('takes its type from its bytes, and gives its name the true ending', async () => {
    const polyglot = Buffer.concat([
      Buffer.from('GIF89a'),
      Buffer.from('=1;/*<script>alert(1)</script>*/'),
      randomBytes(50),
    ]);
    const id = await ana().uploads(polyglot, 'index.html');
    const { data } = (await (await ana().ask(`/media/${id}/info`)).json()) as { data: object };
    expect(data).toMatchObject({ contentType: 'image/gif', name: 'index.html.gif' });
  });

  it.each([
    ['audio/mpeg', [Buffer.from('ID3\u0003\u0000\u0000\u0000\u0008\u0000\u0000'), randomBytes(200_000)]],
    ['audio/wav', [Buffer.from('RIFF\u0024\u0000\u0000\u0000WAVEfmt ')]],
    ['audio/mp4', [Buffer.from('\u0000\u0000\u0000\u0020ftypM4A \u0000\u0000\u0002\u0000')]],
    ['video/mp4', [Buffer.from('\u0000\u0000\u0000\u0020ftypisom\u0000\u0000\u0002\u0000')]],
    ['video/quicktime', [Buffer.from('\u0000\u0000\u0000\u0014ftypqt  \u0000\u0000\u0002\u0000')]],
    ['audio/ogg', [Buffer.from(`OggS${'\u0000'.repeat(24)}OpusHead\u0001`)]],
    ['application/pdf', [Buffer.from('%PDF-1.7\n')]],
    ['image/webp', [Buffer.from('RIFF\u0024\u0000\u0000\u0000WEBPVP8 ')]],
    ['image/jpeg', [Buffer.from([0xff, 0xd8, 0xff, 0xe0])]],
    ['video/webm', [Buffer.from('1a45dfa39f4286810142f7810142f2810442f381084282847765626d', 'hex')]],
    ['video/mpeg', [Buffer.from('000001ba440004000401', 'hex')]],
  ])('of %s is accepted', async (contentType, parts) => {
    const id = await ana().uploads(Buffer.concat([...parts, randomBytes(64)]), 'x');
    const { data } = (await (await ana().ask(`/media/${id}/info`)).json()) as { data: object };
    expect(data).toMatchObject({ contentType });
  });

  it('keeps its own bytes among many at once, and leaves nothing else', async () => {
    const before = await world.files();
    const all = Array.from({ length: 20 }, (_, index) => png(200_000 + index));
    const ids = await Promise.all(all.map((bytes, index) => ana().uploads(bytes, `${index}.png`)));
    const back = await Promise.all(ids.map(async (id) => (await ana().ask(`/media/${id}`)).bytes()));
    expect(back.every((bytes, index) => Buffer.compare(bytes, all[index] ?? Buffer.alloc(0)) === 0)).toBe(true);
    const added = (await world.files()).filter((name) => !before.includes(name));
    expect(added.map((name) => name.split('/').at(-1)).sort()).toEqual([...ids].sort());
  });

  it('whose record cannot be written leaves no bytes', async () => {
    await world.db.db?.command({ collMod: 'media', validator: { name: 'nothing has this name' } });
    await leavesNothing(async () => {
      expect(await refusal(await ana().upload(form(png())))).toMatchObject({ status: 500, code: 'INTERNAL' });
    });
    await world.db.db?.command({ collMod: 'media', validator: {} });
  });
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('it did not come to hold');
    await new Promise(setImmediate);
  }
}
