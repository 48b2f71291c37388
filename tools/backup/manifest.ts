import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import mongoose from 'mongoose';
import type { Tally } from './documents.ts';

/** One collection of a backup. */
export interface SavedCollection extends Tally {
  name: string;
  /** As MongoDB lists them, but for the one of `_id`. */
  indexes: IndexOf[];
}

/** An index: its keys, its name, and whatever else it is. */
export interface IndexOf {
  key: Record<string, 1 | -1>;
  name: string;
}

/** What a backup holds; written last, so that a folder without it is none. */
export interface Manifest {
  format: 1;
  /** Everything is as it was at this moment. */
  at: string;
  database: string;
  collections: SavedCollection[];
  /** Files that are in `media/`; null when they were left out. */
  media: { files: number; bytes: number } | null;
}

const { EJSON } = mongoose.mongo.BSON;

/** The file that a collection is in. */
export const fileOf = (folder: string, name: string): string => join(folder, `${encodeURIComponent(name)}.bson.gz`);

/** Where a file of media is, in a backup as in the media service's own folder. */
export const mediaFileOf = (folder: string, id: string): string => join(folder, 'kept', id.slice(-2), id);

/** Makes a folder a backup. */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  // Types of BSON, such as those in an index's filter, survive.
  const text = EJSON.stringify(manifest, undefined, 2, { relaxed: true });
  await writeFile(join(folder, 'manifest.json'), `${text}\n`, { mode: 0o600, flush: true });
}

/** What a backup says of itself; throws when the folder is none. */
export async function readManifest(folder: string): Promise<Manifest> {
  const text = await readFile(join(folder, 'manifest.json'), 'utf8').catch(() => {
    throw new Error(`${folder} is no backup: it has no manifest.json`);
  });
  const manifest = EJSON.parse(text) as Manifest;
  if (manifest.format !== 1) throw new Error(`${folder} is of a newer version of this tool`);
  return manifest;
}
