/** What a run counted; a suite that could not be loaded is one failure. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** The environment variable that names the file the reporter writes its counts to. */
export const COUNTS_FILE = 'PARLEY_TEST_COUNTS';

/** How Jest ended; without counts, if it ended before it had any. */
export interface Ended {
  code: number;
  signal?: NodeJS.Signals;
  counts?: Counts;
}

/** The last line of `npm test`. */
export function closingLine({ code, signal, counts }: Ended): string {
  if (!counts) return `No test was counted: Jest ended with ${signal ?? `exit code ${code}`}`;
  const { passed, failed, skipped } = counts;
  return `${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`;
}

/** A run is good when something was tested and nothing failed, and when Jest itself ended well. */
export function exitCode({ code, counts }: Ended): number {
  if (!counts) return code || 1;
  return counts.passed > 0 && counts.failed === 0 ? code : 1;
}
