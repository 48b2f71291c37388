import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';
import { chatWorld, type ChatWorld, type Chatter } from '../chat.world.suite.js';
import { keys } from '@app/common/redis/keys.js';

const root = join(import.meta.dirname, '../../../..');
const STREAM = keys.eventStream('message.created');

let world: ChatWorld;
let ana: Chatter;
let roomId: string;
let redis: Redis;
const running: ChildProcess[] = [];

beforeAll(async () => {
  world = await chatWorld();
  ana = await world.connect('ana');
  roomId = (await ana.opens(['ben'], { isGroup: true, name: 'Team' }))._id;
  redis = new Redis(world.redis.url);
});
afterEach(async () => {
  for (const child of running.splice(0)) await ended(child);
});
afterAll(async () => {
  redis.disconnect();
  await world.close();
});

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** Runs an example as it stands; `says` resolves when a line holds these words. */
function run(name: string, env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [join(root, 'docs/examples', name)], {
    env: { ...process.env, REDIS_URL: world.redis.url, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  running.push(child);
  const lines: string[] = [];
  const output = createInterface({ input: child.stdout });
  output.on('line', (line) => lines.push(line));
  const says = async (words: string): Promise<string> => {
    for (;;) {
      const line = lines.find((one) => one.includes(words));
      if (line !== undefined) return line;
      await once(output, 'line', { signal: AbortSignal.timeout(10_000) });
    }
  };
  return { child, lines, says };
}

const pending = async (group: string) => Number((await redis.xpending(STREAM, group))[0]);

describe('the example subscriber', () => {
  it('on the channel hears a message', async () => {
    const example = run('subscriber-channel.mjs');
    await example.says('listening');
    await ana.sends(roomId, 'Hello out there');
    expect(await example.says('Hello out there')).toBe('Team, Ana to ben: Hello out there');
  });

  it('on the stream hears what was said before it began, and acknowledges it', async () => {
    const message = await ana.sends(roomId, 'Said before');
    const example = run('subscriber-stream.mjs', { GROUP: 'before' });
    expect(await example.says('Said before')).toBe(`${message._id} Ana: Said before`);
    await ana.sends(roomId, 'Said after');
    await example.says('Said after');
    while ((await pending('before')) > 0);
  });

  it('on the stream goes on after a letter that is no event, after kill -9, and after Redis lost everything', async () => {
    const first = run('subscriber-stream.mjs', { GROUP: 'robust' });
    await ana.sends(roomId, 'one');
    await first.says('Ana: one');
    await redis.xadd(STREAM, '*', 'event', '{');
    await ended(first.child);
    await ana.sends(roomId, 'two');
    const second = run('subscriber-stream.mjs', { GROUP: 'robust' });
    await second.says('Ana: two');
    await redis.flushall();
    await ana.sends(roomId, 'three');
    await second.says('Ana: three');
    expect(second.lines.some((line) => line.includes('Ana: one') && !line.includes('replayed'))).toBe(false);
  });

  it('is as short as it says', async () => {
    for (const name of ['channel', 'stream']) {
      const text = await readFile(join(root, `docs/examples/subscriber-${name}.mjs`), 'utf8');
      expect(text.trim().split('\n').length).toBeLessThanOrEqual(36);
    }
  });
});
