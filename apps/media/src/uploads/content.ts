/** A content whose first bytes are known. */
interface Begun {
  /** The first bytes; fewer than asked for only when there are no more. */
  head: Uint8Array;
  /** All of it, from the first byte; to be read once. */
  whole: AsyncIterable<Uint8Array>;
}

/** Reads at least the first `bytes` of a content, and gives them back as part of the whole. */
export async function begin(content: AsyncIterable<Uint8Array>, bytes: number): Promise<Begun> {
  const rest = content[Symbol.asyncIterator]();
  const chunks: Uint8Array[] = [];
  let length = 0;
  while (length < bytes) {
    const next = await rest.next();
    if (next.done) break;
    chunks.push(next.value);
    length += next.value.length;
  }
  const head = Buffer.concat(chunks);
  return { head, whole: joined(head, rest) };
}

async function* joined(head: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncIterable<Uint8Array> {
  try {
    yield head;
    yield* { [Symbol.asyncIterator]: () => rest };
  } finally {
    await rest.return?.();
  }
}
