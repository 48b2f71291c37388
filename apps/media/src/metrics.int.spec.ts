import { once } from 'node:events';
import { connect } from 'node:net';
import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { Metrics } from '@app/common/metrics/metrics.js';
import { form, mediaWorld, type Person, png, type World } from './world.suite.js';

const MAX = 10 * 1024 * 1024;
const UPLOADS = 'parley_media_uploads_total';

let world: World;
let ana: Person;

beforeAll(async () => {
  world = await mediaWorld();
  ana = world.person('ana');
});
afterAll(() => world.close());

/** What the service tells Prometheus of a series. */
async function told(series: string): Promise<number> {
  const { body } = await world.app.get(Metrics).text();
  const line = body.split('\n').find((one) => one.startsWith(`${series} `));
  return Number(line?.split(' ').at(-1));
}

/** By how much series grow while something is done; waits until they have. */
async function grows(expected: Record<string, number>, done: () => Promise<unknown>): Promise<void> {
  const now = async () => Object.fromEntries(await Promise.all(Object.keys(expected).map(read)));
  const read = async (series: string) => [series, await told(series)] as const;
  const before = await now();
  await done();
  const grown = async () =>
    Object.fromEntries(Object.entries(await now()).map(([series, value]) => [series, value - (before[series] ?? 0)]));
  const late = Date.now() + 10_000;
  while (JSON.stringify(await grown()) !== JSON.stringify(expected) && Date.now() < late) await pause(20);
  expect(await grown()).toEqual(expected);
}

/** Sends the start of a request and hangs up; for a download, as soon as something comes back. */
async function hangUp(request: string, onceAnswered = false): Promise<void> {
  const { hostname, port } = new URL(world.url);
  const socket = connect(Number(port), hostname);
  socket.write(request);
  await once(socket, onceAnswered ? 'data' : 'connect');
  if (!onceAnswered) await pause(50);
  socket.destroy();
}

describe('the metrics of media', () => {
  it('count what is kept, and its bytes', async () => {
    await grows({ [`${UPLOADS}{outcome="kept"}`]: 1, parley_media_upload_bytes_total: 5000 }, () =>
      ana.uploads(png(5000)),
    );
  });

  it.each([
    ['too_large', () => form(png(MAX + 1))],
    ['unsupported_type', () => form(Buffer.from('<script>'))],
    ['refused', () => form(png(), 'sea.png', 'picture')],
  ])('count why a file is not kept: %s', async (outcome, body) => {
    await grows({ [`${UPLOADS}{outcome="${outcome}"}`]: 1, [`${UPLOADS}{outcome="kept"}`]: 0 }, () =>
      ana.upload(body()),
    );
  });

  it('count uploads that break off', async () => {
    const head = ['POST /media HTTP/1.1', 'Host: x', `Authorization: ${ana.headers.Authorization}`];
    const kind = ['Content-Type: multipart/form-data; boundary=b', 'Content-Length: 5000', '', '--b', ''];
    await grows({ [`${UPLOADS}{outcome="broken_off"}`]: 1 }, () => hangUp([...head, ...kind].join('\r\n')));
  });

  it('count downloads, whole ones and parts, and those that break off', async () => {
    const id = await ana.uploads(png(MAX));
    const [sent, broken] = ['sent', 'broken_off'].map(
      (outcome) => `parley_media_downloads_total{outcome="${outcome}"}`,
    );
    await grows({ [sent ?? '']: 2, parley_media_download_bytes_total: MAX + 10 }, async () => {
      await (await ana.ask(`/media/${id}`)).bytes();
      await (await ana.ask(`/media/${id}`, { headers: { Range: 'bytes=0-9' } })).bytes();
    });
    const head = `GET /media/${id} HTTP/1.1\r\nHost: x\r\nAuthorization: ${ana.headers.Authorization}\r\n\r\n`;
    await grows({ [broken ?? '']: 1, [sent ?? '']: 0 }, () => hangUp(head, true));
  });

  it('show what the disk has room for', async () => {
    const { blocks, bsize } = await statfs(tmpdir());
    const [free, size] = await Promise.all(['free', 'size'].map((of) => told(`parley_media_disk_${of}_bytes`)));
    expect(size).toBe(blocks * bsize);
    expect(free).toBeGreaterThan(0);
    expect(free).toBeLessThan(blocks * bsize);
  });
});
