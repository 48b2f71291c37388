import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import mongoose from 'mongoose';
import { mediaFileOf } from './manifest.ts';

/** What was copied, and the ids of files that are missing or not what they were. */
export interface Copied {
  files: number;
  bytes: number;
  wrong: string[];
}

/** Copies the file of each of these records from one media folder to another, and holds it against its checksum. */
export async function copyMedia(records: AsyncIterable<Uint8Array>, from: string, to: string): Promise<Copied> {
  const copied: Copied = { files: 0, bytes: 0, wrong: [] };
  for await (const record of records) {
    const { id, sha256, size } = expectedOf(record);
    if (await copyOne({ from: mediaFileOf(from, id), to: mediaFileOf(to, id), sha256 })) {
      copied.files += 1;
      copied.bytes += size;
    } else copied.wrong.push(id);
  }
  return copied;
}

/** Reads the file of each record and gives the ids of those that are missing or not what they were. */
export async function wrongMedia(records: AsyncIterable<Uint8Array>, folder: string): Promise<string[]> {
  const wrong: string[] = [];
  for await (const record of records) {
    const { id, sha256 } = expectedOf(record);
    const is = await checksumOf(mediaFileOf(folder, id)).catch(missing);
    if (is !== sha256) wrong.push(id);
  }
  return wrong;
}

interface Expected {
  id: string;
  sha256: string;
  size: number;
}

function expectedOf(record: Uint8Array): Expected {
  const { _id, sha256, size } = mongoose.mongo.BSON.deserialize(record) as { _id: Id } & Omit<Expected, 'id'>;
  return { id: _id.toHexString(), sha256, size };
}

type Id = InstanceType<typeof mongoose.mongo.ObjectId>;

async function copyOne({ from, to, sha256 }: { from: string; to: string; sha256: string }): Promise<boolean> {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  const hash = createHash('sha256');
  const source = createReadStream(from);
  const watched = async function* (): AsyncGenerator<Buffer> {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      hash.update(chunk);
      yield chunk;
    }
  };
  // What is there already is never half of itself.
  const part = `${to}.part`;
  const target = createWriteStream(part, { mode: 0o600, flush: true });
  const there = await pipeline(watched, target).then(() => true, missing);
  const whole = there === true && hash.digest('hex') === sha256;
  if (whole) await rename(part, to);
  else await rm(part, { force: true });
  return whole;
}

async function checksumOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest('hex');
}

function missing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
