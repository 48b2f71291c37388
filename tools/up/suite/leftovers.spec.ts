import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identify, runs } from './identity.ts';
import { holderOf, refuseTaken } from './port-holder.ts';
import { readUp, Record, type Entry } from './record.ts';

let folder: string;
let file: string;
const said: string[] = [];
const log = (line: string): void => void said.push(line);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-record-'));
  file = join(folder, 'up.json');
  said.length = 0;
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** A process as an `up` that was killed leaves it. */
function sleeper(name: string): Entry & { ended: Promise<unknown> } {
  const child = spawn('sleep', ['60']);
  const identity = identify(child.pid ?? 0);
  if (!identity) throw new Error('sleep did not start');
  return { ...identity, name, address: '-', logFile: '-', ended: once(child, 'exit') };
}

const leave = (processes: Entry[], pid = 999_999_999): Promise<void> =>
  writeFile(file, JSON.stringify({ pid, started: 'long ago', processes }));

describe('the record of up', () => {
  it('ends what a killed up left, and begins anew', async () => {
    const chat = sleeper('chat-1');
    const mongodb = sleeper('mongodb');
    await leave([mongodb, chat]);
    await Record.claim(file, log);
    await Promise.all([chat.ended, mongodb.ended]);
    expect(said).toEqual([
      `An earlier up was killed and left mongodb (${mongodb.pid}), chat-1 (${chat.pid}): ending them`,
    ]);
    expect(readUp(file)).toMatchObject({ pid: process.pid, processes: [] });
  });

  it('leaves a process alone that only has the pid of an old one', async () => {
    const stranger = sleeper('stranger');
    await leave([{ ...stranger, name: 'chat-1', started: 'another time' }]);
    await Record.claim(file, log);
    expect(said).toEqual([]);
    expect(runs(stranger)).toBe(true);
    process.kill(stranger.pid);
    await stranger.ended;
    expect(runs(stranger)).toBe(false);
  });

  it('refuses while another up runs, and leaves its file as it is', async () => {
    await writeFile(file, JSON.stringify({ ...identify(process.ppid), processes: [] }));
    const before = await readFile(file, 'utf8');
    await expect(Record.claim(file, log)).rejects.toThrow(`Parley is up already (process ${process.ppid}`);
    expect(await readFile(file, 'utf8')).toBe(before);
  });

  it('names each process once, whatever its pid has become, for its owner only', async () => {
    const record = await Record.claim(file, log);
    const job = { name: 'media', address: 'http://127.0.0.1:3007' };
    record.launched(job, { pid: 1, logFile: 'media.log' });
    record.launched(job, { pid: process.pid, logFile: 'media.log' });
    expect(readUp(file)?.processes).toEqual([{ ...job, ...identify(process.pid), logFile: 'media.log' }]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    record.remove();
    expect(readUp(file)).toBeUndefined();
  });
});

describe('a port', () => {
  it('is refused with the name of who holds it', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    expect(await holderOf(port)).toMatch(new RegExp(`^process ${process.pid} \\(.*node`));
    const refusal = refuseTaken({ gateway: port });
    await expect(refusal).rejects.toThrow(`Port ${port}, which gateway needs, is taken by process ${process.pid} (`);
    await new Promise((done) => server.close(done));
    await expect(refuseTaken({ gateway: port })).resolves.toBeUndefined();
  });
});
