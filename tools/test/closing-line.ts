/** What a run counted; a suite that could not be loaded is one failure. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** The environment variable that names the file the reporter writes its counts to. */
export const COUNTS_FILE = 'PARLEY_TEST_COUNTS';

/** The last line of `npm test`. */
export function closingLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`;
}

/** A run is good when something was tested and nothing failed, and when Jest itself ended well. */
export function exitCode({ passed, failed }: Counts, jestCode: number): number {
  return passed > 0 && failed === 0 ? jestCode : 1;
}
