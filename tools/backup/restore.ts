import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import mongoose from 'mongoose';
import { holdAgainst, readDocuments, tallyOf } from './documents.ts';
import { fileOf, type IndexOf, type Manifest, readManifest, type SavedCollection } from './manifest.ts';
import { copyMedia, wrongMedia } from './media.ts';
import type { Place } from './place.ts';

/** Together at most this much is under way to MongoDB. */
const BATCH_BYTES = 4 * 1024 * 1024;
const BATCH_DOCUMENTS = 1000;

/** What the services call themselves to MongoDB. */
const SERVICES = ['api-gateway', 'chat', 'media', 'notification'];

const { BSON } = mongoose.mongo;

/** What is refused unless it is said to be meant. */
export interface Allowed {
  /** To lose what the database holds. */
  replace: boolean;
  /** To go on although services are connected to this MongoDB, as they are another installation's. */
  connected: boolean;
}

/** Reads a whole backup and holds it against its checksums; throws at the first thing that is not what was saved. */
export async function check(from: string): Promise<Manifest> {
  const manifest = await readManifest(from);
  for (const saved of manifest.collections) {
    holdAgainst(saved.name, await tallyOf(readDocuments(fileOf(from, saved.name))), saved);
  }
  if (manifest.media) {
    const wrong = await wrongMedia(recordsOf(manifest, from), join(from, 'media'));
    // What was missing when it was saved is missing here too.
    const missing = recordsIn(manifest) - manifest.media.files;
    if (wrong.length > missing) throw new Error(`Files of media are missing or changed: ${wrong.join(', ')}`);
  }
  return manifest;
}

/** Brings a backup, once it is checked, into an empty database, and its files into the media folder; reads all of it back. */
export async function restore(place: Place, from: string, { replace, connected }: Allowed): Promise<Manifest> {
  const manifest = await check(from);
  if (!connected) await refuseServices(place);
  await empty(place, replace);
  for (const saved of manifest.collections) await restoreCollection(place.db, saved, from);
  if (manifest.media && place.mediaDir !== undefined) {
    await mkdir(place.mediaDir, { recursive: true });
    const { files, wrong } = await copyMedia(recordsOf(manifest, from), join(from, 'media'), place.mediaDir);
    if (files < manifest.media.files) throw new Error(`Files of media could not be copied: ${wrong.join(', ')}`);
  }
  return manifest;
}

/** Nodes know by heart how far each conversation is: one that went on would leave holes. */
async function refuseServices({ client, db }: Place): Promise<void> {
  const clientsOf = (allUsers: boolean) =>
    client
      .db('admin')
      .aggregate<{ appName?: string }>([{ $currentOp: { allUsers, idleConnections: true } }])
      .toArray();
  // To see others' takes a right that the services' own user may not have.
  const clients = await clientsOf(true).catch(() => clientsOf(false));
  const names = new Set(clients.map(({ appName = '' }) => appName));
  const connected = SERVICES.filter((name) => names.has(name)).join(', ');
  if (!connected) return;
  throw new Error(`${connected} would go on in ${db.databaseName}: stop all services first, or say --connected`);
}

async function empty({ db }: Place, replace: boolean): Promise<void> {
  const all = (await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name);
  const names = all.filter((name) => !name.startsWith('system.'));
  if (!replace) {
    for (const name of names) {
      const found = await db.collection(name).findOne({}, { projection: { _id: 1 } });
      if (found)
        throw new Error(`The database ${db.databaseName} is not empty (${name}): --replace loses what is in it`);
    }
  }
  // One by one, as the services' own user may; a whole database takes an administrator.
  for (const name of names) await db.collection(name).drop();
}

async function restoreCollection(db: Place['db'], saved: SavedCollection, from: string): Promise<void> {
  const collection = await db.createCollection(saved.name);
  for await (const batch of batches(readDocuments(fileOf(from, saved.name)))) {
    await collection.insertMany(batch.map(exactly), { ordered: false });
  }
  const kept = collection.find(
    {},
    { raw: true, sort: { _id: 1 }, batchSize: BATCH_DOCUMENTS },
  ) as AsyncIterable<Uint8Array>;
  // Before the indexes: those that let old documents go begin at once.
  holdAgainst(saved.name, await tallyOf(kept), saved);
  if (saved.indexes.length > 0) await collection.createIndexes(saved.indexes.map(wanted));
}

/** Types that JavaScript has one of, such as numbers, come back as what they were. */
const exactly = (document: Uint8Array): Record<string, unknown> =>
  BSON.deserialize(document, { promoteValues: false, promoteLongs: false, promoteBuffers: false });

/** The version of an index is for the server to choose. */
function wanted(index: IndexOf & { v?: number }): IndexOf {
  return Object.fromEntries(Object.entries(index).filter(([name]) => name !== 'v')) as unknown as IndexOf;
}

async function* batches(documents: AsyncIterable<Buffer>): AsyncGenerator<Buffer[]> {
  let batch: Buffer[] = [];
  let bytes = 0;
  for await (const document of documents) {
    batch.push(document);
    bytes += document.length;
    if (bytes < BATCH_BYTES && batch.length < BATCH_DOCUMENTS) continue;
    yield batch;
    batch = [];
    bytes = 0;
  }
  if (batch.length > 0) yield batch;
}

const recordsIn = ({ collections }: Manifest): number =>
  collections.find(({ name }) => name === 'media')?.documents ?? 0;

async function* recordsOf(manifest: Manifest, from: string): AsyncGenerator<Buffer> {
  if (recordsIn(manifest) > 0) yield* readDocuments(fileOf(from, 'media'));
}
