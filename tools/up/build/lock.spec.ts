import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withLock } from './lock.mjs';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-lock-'));
  file = join(folder, 'deep/lock');
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe('a lock', () => {
  it('lets one work at a time, and tells the others whom they wait for', async () => {
    let inside = 0;
    let most = 0;
    const waitedFor: number[] = [];
    const work = async (): Promise<void> => {
      most = Math.max(most, ++inside);
      expect(await readFile(file, 'utf8')).toBe(String(process.pid));
      inside--;
    };
    await Promise.all([1, 2, 3].map(() => withLock(file, work, (pid) => waitedFor.push(pid))));
    expect(most).toBe(1);
    expect(waitedFor).toContain(process.pid);
    expect(existsSync(file)).toBe(false);
  });

  it('is given back when the work fails', async () => {
    await expect(withLock(file, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await withLock(file, () => Promise.resolve('again'))).toBe('again');
  });

  it('is taken over from a process that is gone', async () => {
    await withLock(file, () => Promise.resolve());
    await writeFile(file, '999999999');
    expect(await withLock(file, () => Promise.resolve('mine'))).toBe('mine');
  });

  it('is taken over when its holder no longer beats, as the pid may be another process by now', async () => {
    await withLock(file, () => Promise.resolve());
    await writeFile(file, String(process.ppid));
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(file, longAgo, longAgo);
    expect(await withLock(file, () => Promise.resolve('mine'))).toBe('mine');
  });
});
