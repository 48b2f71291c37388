import { type Nodes, startNodes } from '../../tools/test/nodes.ts';
import { type Cost, costOf } from './cost.ts';

/** Acked messages per CPU-second of all servers that the design aims at, and what a build without its write path reached. */
const AIM = 4500;
const NAIVE = 370;

/** What a message costs: acked messages a second, and per CPU-second of chat, MongoDB and Redis together. Linux only. */
async function main(): Promise<void> {
  const runs = [
    { name: 'one node, one of two sends', nodes: 1, bothSend: false },
    { name: 'two nodes, one of two sends', nodes: 2, bothSend: false },
    { name: 'two nodes, both send at once', nodes: 2, bothSend: true },
  ];
  for (const { name, nodes, bothSend } of runs) {
    const cluster: Nodes = await startNodes(nodes);
    try {
      console.log(`${name}: ${told(await costOf(cluster, bothSend))}`);
    } finally {
      await cluster.end();
    }
  }
}

function told({ acks, seconds, p50Ms, p99Ms, worstMs, refused, cpu }: Cost): string {
  const used = [...cpu.values()].reduce((sum, seconds) => sum + seconds, 0);
  const each = [...cpu].map(([name, seconds]) => `${name} ${Math.round((seconds / acks) * 1e6)} µs`);
  return [
    `${Math.round(acks / seconds)} acks/s, ${Math.round(acks / used)} per CPU-second`,
    `(${(acks / used / AIM).toFixed(2)} of the aim, ${(acks / used / NAIVE).toFixed(1)} times the naive build)`,
    `p50 ${Math.round(p50Ms)} ms, p99 ${Math.round(p99Ms)} ms, worst ${Math.round(worstMs)} ms, ${refused} refused`,
    `a message: ${each.join(', ')}`,
  ].join('; ');
}

await main();
