import { closingLine, exitCode } from './closing-line.ts';
import { count } from './closing-line.reporter.ts';

const none = { passed: 0, failed: 0, skipped: 0 };
const results = {
  numPassedTests: 7,
  numFailedTests: 2,
  numPendingTests: 3,
  numTodoTests: 1,
  numRuntimeErrorTestSuites: 1,
};

describe('the closing line', () => {
  it('is plain, and names what was skipped only when something was', () => {
    expect(closingLine({ passed: 12, failed: 0, skipped: 0 })).toBe('12 passed, 0 failed');
    expect(closingLine({ passed: 12, failed: 1, skipped: 3 })).toBe('12 passed, 1 failed, 3 skipped');
  });

  it('counts a suite that cannot be loaded as a failure', () => {
    expect(count(results)).toEqual({ passed: 7, failed: 3, skipped: 4 });
  });

  it('is good only when something passed, nothing failed, and Jest ended well', () => {
    expect(exitCode({ ...none, passed: 1 }, 0)).toBe(0);
    expect(exitCode({ ...none, passed: 1 }, 130)).toBe(130);
    expect(exitCode({ ...none, passed: 1, failed: 1 }, 0)).toBe(1);
    expect(exitCode({ ...none, skipped: 5 }, 0)).toBe(1);
    expect(exitCode(none, 0)).toBe(1);
  });
});
