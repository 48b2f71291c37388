import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { format, resolveConfig } from 'prettier';

/** A generated file: its path from the root, and its text. */
export interface Document {
  path: string;
  text: string;
}

/** The document as Prettier would write it, so that nobody reformats it by hand. */
export async function formatted({ path, text }: Document, root: string): Promise<Document> {
  const options = await resolveConfig(join(root, path));
  return { path, text: await format(text, { ...options, filepath: path }) };
}

/** The paths of those that are missing or say something else than they should. */
export function staleOf(documents: Document[], root: string): string[] {
  return documents
    .filter(({ path, text }) => !existsSync(join(root, path)) || readFileSync(join(root, path), 'utf8') !== text)
    .map(({ path }) => path);
}

/** Writes the documents below `root`. */
export function write(documents: Document[], root: string): void {
  for (const { path, text } of documents) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

/** A Markdown table; a cell's `|` and line breaks stay inside their cell. */
export function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
