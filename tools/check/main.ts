// npm run check: the laws of the house, all of them, also after one has failed.
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { runSteps } from './run.ts';
import { stepsOf } from './steps.ts';

const passed = await runSteps(stepsOf(join(import.meta.dirname, '../..')), (line) => console.log(line));
console.log(`check ${passed ? 'passed' : 'FAILED'} in ${(performance.now() / 1000).toFixed(1)} s`);
process.exitCode = passed ? 0 : 1;
