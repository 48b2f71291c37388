import { mkdir, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import type { ByteRange, Storage } from './storage.js';

/** Keeps files in a folder: `incoming/<id>` while they come, `kept/<last two digits of the id>/<id>` from then on. */
export class DiskStorage implements Storage, OnModuleInit, OnApplicationShutdown {
  private readonly incoming: string;
  private readonly kept: string;
  private readonly writing = new Set<Promise<void>>();

  constructor(folder: string) {
    this.incoming = resolve(folder, 'incoming');
    this.kept = resolve(folder, 'kept');
  }

  /** A folder that cannot be made stops the start, not the first upload. */
  async onModuleInit(): Promise<void> {
    await mkdir(this.incoming, { recursive: true });
    await mkdir(this.kept, { recursive: true });
  }

  /** A stop cuts connections, and so their uploads; the process lasts until these have tidied up. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.allSettled(this.writing);
  }

  async stage(id: string, content: AsyncIterable<Uint8Array>): Promise<void> {
    const writing = write(join(this.incoming, id), content);
    this.writing.add(writing);
    try {
      await writing;
    } finally {
      this.writing.delete(writing);
    }
  }

  async keep(id: string): Promise<void> {
    const path = this.pathOf(id);
    const made = await mkdir(dirname(path), { recursive: true });
    await rename(join(this.incoming, id), path);
    // A new name outlives a power failure only once its folder is written too.
    await syncFolder(dirname(path));
    if (made !== undefined) await syncFolder(this.kept);
  }

  async discard(id: string): Promise<void> {
    await rm(join(this.incoming, id), { force: true });
  }

  async remove(id: string): Promise<void> {
    await rm(this.pathOf(id), { force: true });
  }

  async read(id: string, range?: ByteRange): Promise<Readable> {
    const file = await open(this.pathOf(id));
    return file.createReadStream(range);
  }

  async sweep(before: Date): Promise<number> {
    let removed = 0;
    for (const id of await readdir(this.incoming)) {
      const path = join(this.incoming, id);
      const touched = await stat(path).catch(() => undefined);
      if (touched === undefined || touched.mtime >= before) continue;
      await rm(path, { force: true });
      removed += 1;
    }
    return removed;
  }

  async space(): Promise<{ free: number; size: number }> {
    const { bavail, blocks, bsize } = await statfs(this.kept);
    return { free: bavail * bsize, size: blocks * bsize };
  }

  private pathOf(id: string): string {
    return join(this.kept, id.slice(-2), id);
  }
}

async function write(path: string, content: AsyncIterable<Uint8Array>): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    for await (const chunk of content) await file.writeFile(chunk);
    await file.sync();
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
