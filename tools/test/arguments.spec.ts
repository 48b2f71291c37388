import { readArguments } from './arguments.ts';

describe('the arguments of npm test', () => {
  it('choose all tiers when nothing is said', () => {
    expect(readArguments([])).toEqual({ patterns: [], options: [], tiers: ['unit', 'int', 'e2e'] });
  });

  it('tell patterns from Jest options and their values', () => {
    const args = ['rules', '-t', 'refuses a stranger', '--only', 'unit', '--verbose', 'chat'];
    expect(readArguments(args)).toEqual({
      patterns: ['rules', 'chat'],
      options: ['-t', 'refuses a stranger', '--verbose'],
      tiers: ['unit'],
    });
  });

  it('choose the long runs only by name', () => {
    expect(readArguments(['--only', 'faults'])).toMatchObject({ tiers: ['faults'] });
    expect(readArguments([])).not.toMatchObject({ tiers: expect.arrayContaining(['faults']) });
  });

  it('are refused when the tier does not exist', () => {
    expect(readArguments(['--only', 'integration'])).toBe('--only is followed by one of unit, int, e2e, faults');
    expect(readArguments(['--only'])).toMatch(/^--only is followed/);
  });
});
