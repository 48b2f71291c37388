import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { stopSignals } from '../up/stop-signals.ts';
import { readArguments } from './arguments.ts';
import { closingLine, exitCode } from './closing-line.ts';
import { runJest } from './jest.ts';

const HELP = `npm test -- [patterns] [--only unit|int|e2e|faults] [Jest's own options, such as -t name]
  Every test on real engines, on free ports; patterns choose test files.`;

const root = resolve(import.meta.dirname, '../..');
const { stop, kill } = stopSignals();
const wanted = readArguments(process.argv.slice(2));

if (wanted === 'help') {
  console.log(HELP);
} else if (typeof wanted === 'string') {
  console.error(`${wanted}\n${HELP}`);
  process.exitCode = 2;
} else {
  const folder = await mkdtemp(join(tmpdir(), 'parley-test-'));
  const ended = await runJest({ root, folder, wanted, stop, kill });
  await rm(folder, { recursive: true, force: true });
  console.log(closingLine(ended));
  process.exitCode = exitCode(ended);
}
// The channel to the parent would keep us.
process.disconnect?.();
