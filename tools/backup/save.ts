import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import mongoose from 'mongoose';
import { readDocuments, writeDocuments } from './documents.ts';
import { fileOf, type IndexOf, type Manifest, type SavedCollection, writeManifest } from './manifest.ts';
import { type Copied, copyMedia } from './media.ts';
import type { Place } from './place.ts';

type Session = ReturnType<Place['client']['startSession']>;

const SNAPSHOT_TOO_OLD = 239;

/** Documents a round trip; as many as fit into MongoDB's 16 MB would be held several times. */
const BATCH = 1000;

/** Saves everything as it is at one moment, while the services go on; the folder appears when it is whole. */
export async function save(place: Place, out: string): Promise<Manifest & { wrong: string[] }> {
  const part = `${out}.part`;
  await mkdir(part, { mode: 0o700 }).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'EEXIST') throw cause;
    throw new Error(`${part} is there: of a backup that is under way, or was broken off; remove it then`, { cause });
  });
  try {
    const { collections, at } = await saveDatabase(place, part);
    // A record of media is written after its file, so the files of these records are all there by now.
    const copied = place.mediaDir === undefined ? undefined : await saveMedia(place.mediaDir, part, collections);
    const media = copied ? { files: copied.files, bytes: copied.bytes } : null;
    const manifest: Manifest = { format: 1, at, database: place.db.databaseName, collections, media };
    await writeManifest(part, manifest);
    await rename(part, out);
    return { ...manifest, wrong: copied?.wrong ?? [] };
  } catch (error) {
    await rm(part, { recursive: true, force: true });
    throw isTooOld(error) ? new Error(TOO_SLOW, { cause: error }) : error;
  }
}

async function saveDatabase({ client, db }: Place, folder: string) {
  const names = (await db.listCollections({ type: 'collection' }, { nameOnly: true }).toArray())
    .map(({ name }) => name)
    .filter((name) => !name.startsWith('system.'))
    .sort();
  // Every read of this session sees the moment of its first one; a read concern of the client's would win over that.
  const session = client.startSession({ snapshot: true });
  const at = new Date().toISOString();
  try {
    const collections: SavedCollection[] = [];
    for (const name of names) collections.push(await saveCollection({ db, session, name, folder }));
    return { collections, at };
  } finally {
    await session.endSession();
  }
}

interface Source {
  db: Place['db'];
  session: Session;
  name: string;
  folder: string;
}

async function saveCollection({ db, session, name, folder }: Source): Promise<SavedCollection> {
  const collection = db.collection(name);
  const all = (await collection.listIndexes().toArray()) as IndexOf[];
  const indexes = all.filter((index) => index.name !== '_id_');
  const documents = collection.find({}, { session, raw: true, sort: { _id: 1 }, batchSize: BATCH });
  return { name, indexes, ...(await writeDocuments(fileOf(folder, name), documents as AsyncIterable<Uint8Array>)) };
}

async function saveMedia(mediaDir: string, folder: string, collections: SavedCollection[]): Promise<Copied> {
  if (!collections.some(({ name }) => name === 'media')) return { files: 0, bytes: 0, wrong: [] };
  return copyMedia(readDocuments(fileOf(folder, 'media')), mediaDir, join(folder, 'media'));
}

function isTooOld(error: unknown): boolean {
  return error instanceof mongoose.mongo.MongoServerError && error.code === SNAPSHOT_TOO_OLD;
}

const TOO_SLOW = `It took longer than MongoDB remembers a moment (five minutes). Let it remember an hour, and try again:
  db.adminCommand({ setParameter: 1, minSnapshotHistoryWindowInSeconds: 3600 })`;
