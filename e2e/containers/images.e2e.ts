import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync } from 'node:fs';
import { chmod, chown, copyFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import mongoose from 'mongoose';
import {
  copyOf,
  type Instruction,
  reachesBuild,
  type Stage,
  stagesOf,
  wordsOf,
} from '../../tools/check/manifests/dockerfile.ts';
import { freePort, until } from '../../tools/engines/port.ts';
import { suite } from '../suite.ts';

const run = promisify(execFile);
const checkout = join(import.meta.dirname, '../..');
const APPS = ['api-gateway', 'chat', 'media', 'notification'];
/** What builds have copied from packages that are not in the image. */
const COPIED: Record<string, string[]> = { 'api-gateway': ['/docs/events/component.js', '/docs/events/asyncapi.json'] };

// Every package is installed anew.
jest.setTimeout(600_000);
// What is built stays built: a second try would begin with it.
jest.retryTimes(0);

let scratch: string;
let ignored: string;
let stages: Stage[];

/** Where a path of a stage's file system is here: each stage has a folder, a `FROM` of ours is a copy. */
const at = (stage: string, path: string) => join(scratch, stage, path.startsWith('/') ? path : join('app', path));

/** Carries out one stage for an app, instruction by instruction, as the Dockerfile has them. */
async function carryOut(stage: Stage, name: string, variables: Record<string, string>): Promise<void> {
  await mkdir(at(name, '.'), { recursive: true });
  if (stages.some((other) => other.name === stage.from)) await link(at(stage.from, '.'), at(name, '.'));
  for (const instruction of stage.instructions) {
    if (instruction.name === 'COPY') await copy(instruction, name, variables);
    if (instruction.name === 'RUN') await carryOutRun(instruction, name, variables);
  }
}

/** A copy of a folder that takes no time, where hard links can be made. */
async function link(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  await run('cp', [process.platform === 'linux' ? '-al' : '-R', `${from}/.`, to]);
}

async function copy(instruction: Instruction, name: string, variables: Record<string, string>): Promise<void> {
  const { from, sources, target } = copyOf(instruction);
  for (const source of sources.map((path) => path.replace('$APP', variables.APP ?? ''))) {
    const to = target === './' ? at(name, source) : at(name, target);
    await mkdir(dirname(to), { recursive: true });
    const inStage = from && at(stageOf(from, variables), source.replace(/^\/app\//, ''));
    if (!inStage) await cp(join(checkout, source), to, { recursive: true, filter: reaches });
    else await link(inStage, to);
  }
}

/** A stage that depends on the app has a folder for each. */
const stageOf = (stage: string, { APP = '' }: Record<string, string>) => (stage === 'build' ? `build-${APP}` : stage);

/** What .dockerignore keeps out is not copied. */
const reaches = (path: string) => reachesBuild(path.slice(checkout.length + 1), ignored);

async function carryOutRun({ text }: Instruction, name: string, variables: Record<string, string>): Promise<void> {
  const command = text.replaceAll('=1000', `=${nobody}`).replaceAll('/data/', `${at(name, '/data')}/`);
  const env = { ...process.env, ...variables };
  await run('sh', ['-ec', command], { cwd: at(name, '.'), env, maxBuffer: 1 << 26 });
}

/** Who apps run as: somebody else where that can be chosen. */
const nobody = process.getuid?.() === 0 ? 1000 : process.getuid?.();

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'parley-container-'));
  await chmod(scratch, 0o755);
  // That of the checkout may be where only its owner may go.
  await copyFile(process.execPath, join(scratch, 'node'));
  ignored = await readFile(join(checkout, '.dockerignore'), 'utf8');
  stages = stagesOf(await readFile(join(checkout, 'Dockerfile'), 'utf8'));
  for (const name of ['install', 'prune'])
    await carryOut(stages.find((stage) => stage.name === name) as Stage, name, {});
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

it('holds no package that is only for developing', async () => {
  const { devDependencies } = JSON.parse(await readFile(join(checkout, 'package.json'), 'utf8')) as {
    devDependencies: Record<string, string>;
  };
  const { packages } = JSON.parse(await readFile(join(checkout, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean; devOptional?: boolean }>;
  };
  const only = Object.keys(devDependencies).filter((name) => {
    const { dev, devOptional } = packages[`node_modules/${name}`] ?? {};
    return dev ?? devOptional;
  });
  expect(only).toEqual(expect.arrayContaining(['@nestjs/cli', 'jest', 'node', 'typescript']));
  expect(only.filter((name) => existsSync(at('prune', `node_modules/${name}`)))).toEqual([]);
});

it.each(APPS)(
  '%s is built, starts as nobody in a folder that is not its own, and is healthy until it is stopped',
  async (APP) => {
    const image = stages.at(-1) as Stage;
    await carryOut(stages.find(({ name }) => name === 'build') as Stage, `build-${APP}`, { APP });
    await carryOut(image, `image-${APP}`, { APP });
    const { mongoUri, redis, jwtSecret, logs } = suite();
    const secrets = join(scratch, `${APP}.env`);
    await writeFile(secrets, `JWT_SECRET='${jwtSecret}'\n`, { mode: 0o644 });
    const env = {
      NODE_ENV: 'production',
      PORT: String(await freePort()),
      MEDIA_DIR: at(`image-${APP}`, '/data/media'),
      MONGODB_URI: mongoUri,
      REDIS_HOST: redis.host,
      REDIS_PORT: String(redis.port),
    };
    const [, ...args] = wordsOf(image, 'CMD').map((word) => word.replace('/run/parley/secrets.env', secrets));
    const [, ...question] = wordsOf(image, 'HEALTHCHECK');
    const cwd = at(`image-${APP}`, '.');
    const as = { cwd, env, uid: nobody, gid: process.getuid?.() === 0 ? 1000 : process.getgid?.() };
    const node = join(scratch, 'node');
    const isHealthy = () =>
      run(node, question, as).then(
        () => true,
        () => false,
      );
    expect(await isHealthy()).toBe(false);
    const log = createWriteStream(join(logs, `image-${APP}.log`));
    const app = spawn(node, args, { ...as, stdio: ['ignore', 'pipe', 'pipe'] });
    app.stdout.pipe(log);
    app.stderr.pipe(log);
    const ended = once(app, 'exit') as Promise<[number | null, string | null]>;
    try {
      await until(isHealthy, ended.then(String), 60_000);
      const live = await fetch(`http://127.0.0.1:${env.PORT}/health/live`);
      expect(await live.json()).toMatchObject({ status: 'ok' });
      for (const path of COPIED[APP] ?? [])
        expect((await fetch(`http://127.0.0.1:${env.PORT}${path}`)).status).toBe(200);
    } finally {
      app.kill();
    }
    expect(await ended).toEqual([0, null]);
  },
);

it('media saves a backup as nobody, and finds it whole', async () => {
  const out = join(await mkdtemp(join(tmpdir(), 'parley-image-backup-')), 'backup');
  if (process.getuid?.() === 0) await chown(dirname(out), 1000, 1000);
  // Of its own, as the files of others' media are elsewhere.
  const uri = new URL(suite().mongoUri);
  uri.pathname = '/of-an-image';
  const client = await mongoose.mongo.MongoClient.connect(uri.href);
  await client.db().collection('messages').insertOne({ text: 'to be saved' });
  await client.close();
  const env = { MONGODB_URI: uri.href, MEDIA_DIR: at('image-media', '/data/media') };
  const as = {
    cwd: at('image-media', '.'),
    env,
    uid: nobody,
    gid: process.getuid?.() === 0 ? 1000 : process.getgid?.(),
  };
  const tool = (...args: string[]) => run(join(scratch, 'node'), ['tools/backup/main.ts', ...args], as);
  try {
    expect((await tool('backup', '--out', out)).stdout).toContain('files of media');
    expect((await tool('restore', '--check', '--from', out)).stdout).toContain('is whole');
  } finally {
    await rm(dirname(out), { recursive: true, force: true });
  }
});
