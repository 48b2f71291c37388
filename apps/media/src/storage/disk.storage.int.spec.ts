import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { DiskStorage } from './disk.storage.js';

const ID = '6920a1b2c3d4e5f607182930';

async function* content(...chunks: (string | Error)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) {
    if (chunk instanceof Error) throw chunk;
    yield await Promise.resolve(Buffer.from(chunk));
  }
}

describe('the storage on disk', () => {
  let folder: string;
  let storage: DiskStorage;
  const files = async () =>
    (await readdir(folder, { recursive: true })).filter((name) => name.includes(ID.slice(0, 8)));

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-storage-'));
    storage = new DiskStorage(folder);
    await storage.onModuleInit();
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('gives back what was staged and kept, whole and in parts', async () => {
    await storage.stage(ID, content('hello ', 'world'));
    await storage.keep(ID);
    expect(String(await buffer(await storage.read(ID)))).toBe('hello world');
    expect(String(await buffer(await storage.read(ID, { start: 4, end: 6 })))).toBe('o w');
    expect(await files()).toEqual([`kept/30/${ID}`]);
  });

  it('does not give what is only staged', async () => {
    await storage.stage(ID, content('hello'));
    await expect(storage.read(ID)).rejects.toThrow('ENOENT');
    expect(await files()).toEqual([`incoming/${ID}`]);
  });

  it('leaves nothing of a content that breaks off, and says why', async () => {
    await expect(storage.stage(ID, content('hello', new Error('gone')))).rejects.toThrow('gone');
    expect(await files()).toEqual([]);
  });

  it('never writes over what is staged', async () => {
    await storage.stage(ID, content('first'));
    await expect(storage.stage(ID, content('second'))).rejects.toThrow('EEXIST');
    await storage.keep(ID);
    expect(String(await buffer(await storage.read(ID)))).toBe('first');
  });

  it('forgets what is discarded or removed, also when it is gone already', async () => {
    await storage.stage(ID, content('hello'));
    await storage.discard(ID);
    await storage.discard(ID);
    expect(await files()).toEqual([]);
    await storage.stage(ID, content('hello'));
    await storage.keep(ID);
    await storage.remove(ID);
    await storage.remove(ID);
    expect(await files()).toEqual([]);
  });

  it('sweeps what was staged and left, but neither what is still coming nor what is kept', async () => {
    const [left, coming, kept] = ['6920a1b20000000000000001', '6920a1b20000000000000002', '6920a1b20000000000000003'];
    for (const id of [left, coming, kept]) await storage.stage(id, content('hello'));
    await storage.keep(kept);
    const longAgo = new Date('2026-01-01');
    await utimes(join(folder, 'incoming', left), longAgo, longAgo);
    await utimes(join(folder, 'kept', '03', kept), longAgo, longAgo);
    expect(await storage.sweep(new Date('2026-06-01'))).toBe(1);
    expect((await files()).sort()).toEqual([`incoming/${coming}`, `kept/03/${kept}`]);
  });

  it('ends only once what was coming has broken off and left nothing', async () => {
    const cable = Promise.withResolvers<void>();
    const staged = storage.stage(
      ID,
      (async function* () {
        yield Buffer.from('hello');
        await cable.promise;
        throw new Error('cut');
      })(),
    );
    const refused = expect(staged).rejects.toThrow('cut');
    const ended = storage.onApplicationShutdown();
    cable.resolve();
    await ended;
    expect(await files()).toEqual([]);
    await refused;
  });

  it('does not start where it cannot write', async () => {
    await writeFile(join(folder, 'taken'), '');
    await expect(new DiskStorage(join(folder, 'taken')).onModuleInit()).rejects.toThrow('ENOTDIR');
  });
});
