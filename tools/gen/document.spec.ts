import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatted, staleOf, write } from './document.ts';

describe('generated documents', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'gen-'));
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  const documents = [
    { path: 'docs/errors.md', text: 'one\n' },
    { path: 'openapi/chat.json', text: '{}\n' },
  ];

  it('are fresh once they are written', () => {
    expect(staleOf(documents, root)).toEqual(['docs/errors.md', 'openapi/chat.json']);
    write(documents, root);
    expect(staleOf(documents, root)).toEqual([]);
  });

  it('are stale when one byte differs', () => {
    write(documents, root);
    writeFileSync(join(root, 'docs/errors.md'), 'one \n');
    expect(staleOf(documents, root)).toEqual(['docs/errors.md']);
  });

  it('are written as Prettier wants them', async () => {
    const { text } = await formatted(
      { path: 'docs/page.md', text: '| a | b |\n| --- | --- |\n| long cell | c |' },
      root,
    );
    expect(text).toBe('| a         | b   |\n| --------- | --- |\n| long cell | c   |\n');
  });
});
