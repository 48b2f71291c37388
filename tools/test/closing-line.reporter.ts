import { writeFileSync } from 'node:fs';
import { COUNTS_FILE, type Counts } from './closing-line.ts';

/** The part of Jest's results that is counted. */
export interface Results {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  /** Suites that could not be loaded or run. */
  numRuntimeErrorTestSuites: number;
}

/** A Jest reporter. Jest prints on after its reporters, so the line itself is printed when Jest has ended. */
export default class ClosingLineReporter {
  onRunComplete(_contexts: unknown, results: Results): void {
    const file = process.env[COUNTS_FILE];
    if (file) writeFileSync(file, JSON.stringify(count(results)));
  }
}

export function count(results: Results): Counts {
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
    skipped: results.numPendingTests + results.numTodoTests,
  };
}
