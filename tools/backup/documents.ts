import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';

/** What a collection was: verified by it whenever it is read again. */
export interface Tally {
  documents: number;
  bytes: number;
  /** Of the documents' BSON one after the other, in the order of `_id`. */
  sha256: string;
}

/** MongoDB's 16 MB, and what it needs itself. */
const LARGEST = 16 * 1024 * 1024 + 16 * 1024;

/** Writes BSON documents one after the other to a new file, compressed; nothing is held but what is under way. */
export async function writeDocuments(file: string, documents: AsyncIterable<Uint8Array>): Promise<Tally> {
  const counter = new Counter();
  const target = createWriteStream(file, { flags: 'wx', mode: 0o600, flush: true });
  await pipeline(counter.watch(documents), createGzip({ level: 1 }), target);
  return counter.tally();
}

/** The documents of such a file, each as its BSON; throws where it is cut off or is something else. */
export async function* readDocuments(file: string): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  for await (const chunk of createReadStream(file).compose(createGunzip()) as AsyncIterable<Buffer>) {
    let at = 0;
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let size = sizeAt(bytes, at, file); at + size <= bytes.length; size = sizeAt(bytes, at, file)) {
      yield bytes.subarray(at, at + size);
      at += size;
    }
    rest = Buffer.from(bytes.subarray(at));
  }
  if (rest.length > 0) throw new Error(`${file} ends within a document`);
}

/** Counts documents and forgets them. */
export async function tallyOf(documents: AsyncIterable<Uint8Array>): Promise<Tally> {
  const counter = new Counter();
  for await (const document of counter.watch(documents)) void document;
  return counter.tally();
}

/** Throws when a collection is not what it was. */
export function holdAgainst(name: string, is: Tally, was: Tally): void {
  const differs = is.documents !== was.documents || is.bytes !== was.bytes || is.sha256 !== was.sha256;
  if (differs) throw new Error(`${name} has ${is.documents} documents that are not the ${was.documents} saved ones`);
}

/** A document begins with its own size; one whose size is not there yet is never complete. */
function sizeAt(bytes: Buffer, at: number, file: string): number {
  if (bytes.length - at < 4) return Infinity;
  const size = bytes.readInt32LE(at);
  if (size < 5 || size > LARGEST) throw new Error(`${file} holds something that is no document`);
  return size;
}

class Counter {
  readonly #hash = createHash('sha256');
  #documents = 0;
  #bytes = 0;

  async *watch(documents: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const document of documents) {
      this.#hash.update(document);
      this.#documents += 1;
      this.#bytes += document.length;
      yield document;
    }
  }

  tally(): Tally {
    return { documents: this.#documents, bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }
}
