const TIERS = ['unit', 'int', 'e2e'];
/** Long runs, which are asked for by name. */
const LONG = 'faults';
const NAMES = [...TIERS, LONG];

/** Jest's options that are followed by a value of their own. */
const WITH_VALUE = new Set(['-t', '--testNamePattern', '-w', '--maxWorkers', '--testTimeout', '--shard', '--seed']);

export interface Wanted {
  /** Parts of the names of test files; all files when there are none. */
  patterns: string[];
  options: string[];
  tiers: readonly string[];
}

/** Our own arguments made Jest's; a text is what is wrong with them. */
export function readArguments(args: readonly string[]): Wanted | string {
  const patterns: string[] = [];
  const options: string[] = [];
  let tiers: readonly string[] = TIERS;
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? '';
    const value = args[index + 1];
    if (arg === '--help') return 'help';
    if (arg === '--only') {
      if (!NAMES.some((tier) => tier === value)) return `--only is followed by one of ${NAMES.join(', ')}`;
      tiers = [value ?? ''];
      index++;
    } else if (WITH_VALUE.has(arg)) {
      options.push(arg, value ?? '');
      index++;
    } else (arg.startsWith('-') ? options : patterns).push(arg);
  }
  return { patterns, options, tiers };
}
