import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { tokenOf } from '@app/testing/tokens.js';
import { startApp, type StartedApp } from './setup/start-app.ts';
import { suite } from './suite.ts';

const MiB = 1024 * 1024;
const BODY = 300 * MiB;
/** Half a body, and more than a gateway grows by on the way. */
const ALLOWED = 150 * MiB;

/** A service that takes bodies and gives large ones back. */
const service = createServer((request, response) => {
  let bytes = 0;
  request.on('data', (chunk: Buffer) => (bytes += chunk.length));
  request.on('end', () => {
    if (request.method === 'GET') bodyOf(BODY).pipe(response);
    else response.end(String(bytes));
  });
});
let gateway: StartedApp;

beforeAll(async () => {
  await new Promise<void>((done) => service.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
  gateway = await startApp('api-gateway', 'lean', { MEDIA_URLS: url, NODE_OPTIONS: '--max-old-space-size=64' });
}, 60_000);
afterAll(async () => {
  await gateway.kill();
  service.closeAllConnections();
  service.close();
});

function bodyOf(total: number): Readable {
  const chunk = Buffer.alloc(MiB);
  let left = total;
  return new Readable({
    read() {
      this.push(left > 0 ? chunk : null);
      left -= chunk.length;
    },
  });
}

async function memory(): Promise<number> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(gateway.pid)]);
  return Number(stdout) * 1024;
}

/** The most memory that the gateway had meanwhile, above what it had before. */
async function growth(during: Promise<unknown>): Promise<number> {
  const before = await memory();
  let most = before;
  let over = false;
  const done = during.finally(() => (over = true));
  while (!over) {
    most = Math.max(most, await memory());
    await new Promise((later) => setTimeout(later, 100));
  }
  await done;
  return most - before;
}

function ask(method: string): { asked: ReturnType<typeof httpRequest>; answer: Promise<IncomingMessage> } {
  const headers = { authorization: `Bearer ${tokenOf('ana', {}, suite().jwtSecret)}` };
  const asked = httpRequest(`${gateway.url}/api/v1/media/large`, { method, headers });
  return { asked, answer: once(asked, 'response').then(([answer]) => answer as IncomingMessage) };
}

async function count(answer: IncomingMessage, pauseAt = Infinity): Promise<number> {
  let bytes = 0;
  for await (const chunk of answer) {
    if (bytes < pauseAt && bytes + (chunk as Buffer).length >= pauseAt) {
      // A reader that stops for a moment: whatever does not wait with it piles up.
      await new Promise((later) => setTimeout(later, 1000));
    }
    bytes += (chunk as Buffer).length;
  }
  return bytes;
}

describe('a body larger than the memory of the gateway', () => {
  it('goes up', async () => {
    const { asked, answer } = ask('POST');
    bodyOf(BODY).pipe(asked);
    const done = answer.then(async (said) => {
      said.setEncoding('utf8');
      return ((await said.toArray()) as string[]).join('');
    });
    expect(await growth(done)).toBeLessThan(ALLOWED);
    expect(await done).toBe(String(BODY));
  }, 60_000);

  it('comes down, also to a slow reader', async () => {
    const { asked, answer } = ask('GET');
    asked.end();
    const done = answer.then((said) => count(said, 20 * MiB));
    expect(await growth(done)).toBeLessThan(ALLOWED);
    expect(await done).toBe(BODY);
  }, 60_000);
});
