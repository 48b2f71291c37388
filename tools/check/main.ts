// npm run check: the laws of the house, all of them, also after one has failed.
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { whileNobodyCompiles } from '../gen/apps.ts';
import { runSteps } from './run.ts';
import { stepsOf } from './steps.ts';

const root = join(import.meta.dirname, '../..');
const passed = await whileNobodyCompiles(root, () => runSteps(stepsOf(root), (line) => console.log(line)));
console.log(`check ${passed ? 'passed' : 'FAILED'} in ${(performance.now() / 1000).toFixed(1)} s`);
process.exitCode = passed ? 0 : 1;
