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
    expect(closingLine({ code: 0, counts: { passed: 12, failed: 0, skipped: 0 } })).toBe('12 passed, 0 failed');
    expect(closingLine({ code: 1, counts: { passed: 12, failed: 1, skipped: 3 } })).toBe(
      '12 passed, 1 failed, 3 skipped',
    );
  });

  it('invents no counts: it says how Jest ended', () => {
    expect(closingLine({ code: 137, signal: 'SIGKILL' })).toBe('No test was counted: Jest ended with SIGKILL');
    expect(closingLine({ code: 1 })).toBe('No test was counted: Jest ended with exit code 1');
  });

  it('counts a suite that cannot be loaded as a failure', () => {
    expect(count(results)).toEqual({ passed: 7, failed: 3, skipped: 4 });
  });

  it('is good only when something passed, nothing failed, and Jest ended well', () => {
    const ended = (code: number, counts: object) => exitCode({ code, counts: { ...none, ...counts } });
    expect(ended(0, { passed: 1 })).toBe(0);
    expect(ended(130, { passed: 1 })).toBe(130);
    expect(ended(0, { passed: 1, failed: 1 })).toBe(1);
    expect(ended(0, { skipped: 5 })).toBe(1);
    expect(ended(0, {})).toBe(1);
    expect(exitCode({ code: 137, signal: 'SIGKILL' })).toBe(137);
    expect(exitCode({ code: 0 })).toBe(1);
  });
});
