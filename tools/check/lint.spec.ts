import { execFile } from 'node:child_process';
import { basename, join, relative } from 'node:path';
import { promisify } from 'node:util';
import house from './house.plugin.js';

const root = join(import.meta.dirname, '../..');
const fixtures = join(import.meta.dirname, 'fixtures');
const laws = [
  ...Object.keys(house.rules),
  ...['ban-ts-comment', 'consistent-type-imports', 'no-explicit-any', 'no-floating-promises', 'no-non-null-assertion'],
  ...['complexity', 'eqeqeq', 'max-lines', 'max-lines-per-function', 'no-console'],
];

interface Linted {
  filePath: string;
  messages: { ruleId: string | null; message: string }[];
}

/** House → what ESLint finds in it, from one run over all houses. */
async function lint(): Promise<Map<string, Set<string>>> {
  const args = ['node_modules/eslint/bin/eslint.js', '--config', 'eslint.config.js'].map((arg) =>
    arg.startsWith('--') ? arg : join(root, arg),
  );
  const { stdout } = await promisify(execFile)(process.execPath, [...args, '--format', 'json', '.'], {
    cwd: fixtures,
    maxBuffer: 1 << 26,
  }).catch((failed: { stdout: string }) => failed);
  const found = new Map<string, Set<string>>();
  for (const { filePath, messages } of JSON.parse(stdout) as Linted[]) {
    const name = relative(fixtures, filePath).split('/')[0] ?? '';
    const rules = found.get(name) ?? new Set();
    messages.forEach(({ ruleId, message }) => rules.add(ruleId === null ? message : basename(ruleId)));
    found.set(name, rules);
  }
  return found;
}

// Programs start slowly on a busy machine.
jest.setTimeout(60_000);

describe('the laws of one file', () => {
  let found: Map<string, Set<string>>;
  beforeAll(async () => {
    found = await lint();
  });

  it.each(laws)('%s is broken by its own house, which breaks nothing else', (law) => {
    expect([...(found.get(law) ?? [])]).toEqual([law]);
  });

  it('lets no comment switch a law off', () => {
    expect(found.get('inline-config')).toContain('eqeqeq');
  });

  it('finds nothing in the clean house', () => {
    expect([...(found.get('clean') ?? ['not linted'])]).toEqual([]);
  });
});
