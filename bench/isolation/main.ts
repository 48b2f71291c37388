import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { startNodes } from '../../tools/test/nodes.ts';
import { Talkers } from '../messages/talkers.ts';

/** Pairs whose people say something five times a second, which one core carries easily. */
const PAIRS = 20;
const EVERY_MS = 200;
const MEASURED_MS = 8000;
/** Calm and flood by turns, so that a busy machine is in both. */
const TURNS = 3;
/** What people may send here: more than they do, and much less than a flood. */
const LIMITS = { MESSAGE_RATE_LIMIT: '600', MESSAGE_RATE_WINDOW: '60000' };

/** What others feel of one hostile client at the same node: their acks' p99 under a flood, over that without. */
async function main(): Promise<void> {
  const cluster = await startNodes(1, LIMITS);
  const url = cluster.nodes[0]?.url ?? '';
  const talkers = new Talkers(cluster.secret);
  try {
    const pair = { urls: [url, url] as [string, string], bothSend: false, everyMs: EVERY_MS };
    await talkers.connect(Array.from({ length: PAIRS }, () => pair));
    await talkers.talk(MEASURED_MS);
    const hostile = await talkers.another(url);
    for (const kind of ['sends', 'malformed']) {
      const calm: number[] = [];
      const flooded: number[] = [];
      for (let turn = 0; turn < TURNS; turn++) {
        await talkers.talk(MEASURED_MS);
        calm.push(...talkers.waits);
        const flood = execFile(process.execPath, [
          join(import.meta.dirname, 'flood.ts'),
          ...[url, hostile.token, hostile.conversationId, kind],
        ]);
        const asked = new Promise<string>((resolve) =>
          flood.stdout?.once('data', (text: Buffer) => resolve(String(text))),
        );
        await talkers.talk(MEASURED_MS);
        flooded.push(...talkers.waits);
        flood.kill('SIGTERM');
        console.log(`${kind}: the hostile one asked ${(await asked).trim()} times`);
      }
      const [without, under] = [p99(calm), p99(flooded)];
      console.log(
        `${kind}: p99 ${without.toFixed(1)} ms without, ${under.toFixed(1)} ms under it: ${(under / without).toFixed(2)}`,
      );
    }
  } finally {
    talkers.close();
    await cluster.end();
  }
}

function p99(waits: number[]): number {
  return waits.sort((a, b) => a - b)[Math.floor(0.99 * (waits.length - 1))] ?? 0;
}

await main();
