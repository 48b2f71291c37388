import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import config from '../../.dependency-cruiser.js';

const root = join(import.meta.dirname, '../..');
const fixtures = join(import.meta.dirname, 'fixtures');
const laws = config.forbidden.map(({ name = 'nameless' }) => name);

/** Law → the fixture houses that break it, from one run over all of them. */
async function cruise(): Promise<Map<string, Set<string>>> {
  const bin = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const args = [bin, '--config', join(root, '.dependency-cruiser.js'), '--output-type', 'json', '.'];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: fixtures, maxBuffer: 1 << 26 }).catch(
    (failed: { stdout: string }) => failed,
  );
  const { summary } = JSON.parse(stdout) as { summary: { violations: { from: string; rule: { name: string } }[] } };
  const broken = new Map<string, Set<string>>();
  for (const { from, rule } of summary.violations) {
    const house = from.split('/')[0] ?? '';
    broken.set(rule.name, (broken.get(rule.name) ?? new Set()).add(house));
  }
  return broken;
}

// Programs start slowly on a busy machine.
jest.setTimeout(60_000);

describe('the import laws', () => {
  let broken: Map<string, Set<string>>;
  beforeAll(async () => {
    broken = await cruise();
  });

  it.each(laws)('%s is broken by its own house and no other', (law) => {
    expect([...(broken.get(law) ?? [])]).toEqual([law]);
  });
});
