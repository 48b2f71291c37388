import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { begin } from './content.js';

const chunks = (...words: string[]) => Readable.from(words.map((word) => Buffer.from(word)));

describe('the beginning of a content', () => {
  it('has at least the bytes asked for, and the whole still begins with them', async () => {
    const { head, whole } = await begin(chunks('ab', 'cd', 'ef', 'gh'), 3);
    expect(Buffer.from(head).toString()).toBe('abcd');
    expect(await text(Readable.from(whole))).toBe('abcdefgh');
  });

  it('is all there is of a short content', async () => {
    const { head, whole } = await begin(chunks('a'), 100);
    expect(Buffer.from(head).toString()).toBe('a');
    expect(await text(Readable.from(whole))).toBe('a');
  });

  it('reads no further than it must', async () => {
    const source = chunks('ab', 'cd', 'ef');
    await begin(source, 2);
    expect(source.destroyed).toBe(false);
    expect(Buffer.from((await source[Symbol.asyncIterator]().next()).value as Buffer).toString()).toBe('cd');
  });

  it.each([1, 2])('lets go of its source when its reader leaves after %i chunks', async (count) => {
    const source = chunks('ab', 'cd', 'ef');
    const { whole } = await begin(source, 2);
    let read = 0;
    for await (const chunk of whole) {
      read += chunk.length / 2;
      if (read === count) break;
    }
    expect(source.destroyed).toBe(true);
  });
});
