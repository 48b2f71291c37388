import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { headingsOf } from '../monitoring/rules.ts';

const root = join(import.meta.dirname, '../../..');
const text = (file: string) => readFile(join(root, file), 'utf8');
const OPERATORS = ['README.md', 'docs/operations.md', 'docs/troubleshooting.md', 'docs/push.md'];

/** Words of others that look like settings. */
const FOREIGN = /^(OTEL_\w+|THIRD_PARTY_AUTH_ERROR|SENDER_ID_MISMATCH|PARLEY_URL)$/;

async function pages(): Promise<string[]> {
  const docs = await readdir(join(root, 'docs'), { recursive: true });
  const written = docs.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`);
  return ['README.md', 'CONTRIBUTING.md', ...written];
}

/** What a page names that `known` does not. */
async function unknownIn(page: string, names: RegExp, known: (name: string) => boolean): Promise<string[]> {
  const found = new Set((await text(page)).match(names));
  return [...found].filter((name) => !known(name));
}

describe('the pages', () => {
  it('link to files and headings that are there', async () => {
    const wrong: string[] = [];
    for (const page of await pages()) {
      for (const [, target = ''] of (await text(page)).matchAll(/\]\(([^)\s]+)\)/g)) {
        if (target.includes('://')) continue;
        const [file = '', heading] = target.split('#');
        const path = file === '' ? page : join(page, '..', file);
        const there = existsSync(join(root, path));
        const isRight =
          there && (heading === undefined || headingsOf(path, await text(path)).includes(`${path}#${heading}`));
        if (!isRight) wrong.push(`${page}: ${target}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it.each(OPERATORS)('%s names only metrics, settings and codes that there are', async (page) => {
    const [metrics, settings, codes] = await Promise.all(
      ['docs/metrics.md', 'docs/configuration.md', 'docs/errors.md'].map(text),
    );
    const isMetric = (name: string) =>
      new RegExp(`\`${name.replace(/_(sum|count|bucket)?$/, '')}[\`_]`).test(metrics ?? '');
    expect(await unknownIn(page, /\b(parley|http)_[a-z_]+/g, isMetric)).toEqual([]);
    const isWord = (name: string) =>
      FOREIGN.test(name) || [settings, codes].some((words) => words?.includes(`\`${name}\``));
    expect(await unknownIn(page, /\b[A-Z][A-Z0-9]+(_[A-Z0-9]+)+\b/g, isWord)).toEqual([]);
  });
});
