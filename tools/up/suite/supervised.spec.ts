import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { launch, type Running } from '../../engines/process.ts';
import { Supervised, type Job } from './supervised.ts';

let folder: string;
let launched: Running[];
let said: string[];
let heard: () => void;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-supervised-'));
  launched = [];
  said = [];
  heard = () => undefined;
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const told = {
  log: (line: string): void => {
    said.push(line);
    heard();
  },
  launched: (_: Job, process: Running): void => void launched.push(process),
};

function supervise(
  script: string,
  ready: (process: Running) => Promise<unknown> = () => Promise.resolve(),
): Supervised {
  const start: Job['start'] = async (onLaunch) => {
    const process = await launch({ command: 'sh', args: ['-c', script], logFile: join(folder, 'log'), leash: true });
    onLaunch(process);
    await ready(process);
  };
  return new Supervised({ name: 'app', address: 'here', start, graceMs: 5_000 }, told);
}

async function hears(text: string): Promise<void> {
  while (!said.some((line) => line.includes(text))) await new Promise<void>((done) => (heard = done));
}

it('reports a death with the last words, and starts it again', async () => {
  const app = supervise('echo tired; exec sleep 60');
  await app.start();
  process.kill(launched[0]?.pid ?? 0, 'SIGKILL');
  await hears('app is back');
  expect(said.slice(1)).toEqual([
    'app ended (signal SIGKILL); starting it again in 0.5 s. Its last words:\n    tired',
    'app is back',
  ]);
  expect(launched).toHaveLength(2);
  await app.stop();
  expect(await launched[1]?.exited).toBe('signal SIGTERM');
});

it('waits longer each time', async () => {
  const app = supervise('exit 1');
  await app.start();
  await hears('in 1 s');
  await app.stop();
  expect(
    said.filter((line) => line.includes('starting it again')).map((line) => /in ([\d.]+) s/.exec(line)?.[1]),
  ).toEqual(['0.5', '1']);
  expect(launched).toHaveLength(2);
});

it('leaves nothing when it is stopped while it starts', async () => {
  const app = supervise('exec sleep 60', ({ exited }) => exited.then((how) => Promise.reject(new Error(how))));
  const starting = app.start();
  const failed = expect(starting).rejects.toThrow('signal SIGTERM');
  const stopping = app.stop();
  await Promise.all([failed, stopping]);
  expect(launched).toHaveLength(1);
  expect(await launched[0]?.exited).toBe('signal SIGTERM');
});

it('is started anew on request, without a word about a death', async () => {
  const app = supervise('exec sleep 60');
  await app.start();
  await app.restart();
  expect(launched).toHaveLength(2);
  expect(said.slice(1)).toEqual(['app is back']);
  await app.stop();
});

it('rests when it is halted, until it is to go on', async () => {
  const app = supervise('exec sleep 60');
  await app.start();
  await app.halt();
  expect(await launched[0]?.exited).toBe('signal SIGTERM');
  // Longer than it is dead before it is started again.
  await sleep(700);
  expect([launched.length, said.length]).toEqual([1, 1]);
  await app.resume();
  expect(launched).toHaveLength(2);
  await app.stop();
});
