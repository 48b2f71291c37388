import { resolve } from 'node:path';
import mongoose from 'mongoose';
import type { Local } from './local.ts';

/** The database and the files that a backup is of, or goes to. */
export interface Place {
  client: InstanceType<typeof mongoose.mongo.MongoClient>;
  db: ReturnType<Place['client']['db']>;
  /** The media service's folder; undefined where its files are left out. */
  mediaDir: string | undefined;
  /** Empties Redis, where it is at hand. */
  emptyRedis?: () => Promise<void>;
  close(): Promise<void>;
}

/** Where that is, as it was said. */
export interface Said {
  /** MONGODB_URI; without it, the data folder says where. */
  uri: string | undefined;
  media: string | undefined;
  withMedia: boolean;
  dataDir: string;
}

const REACHED_WITHIN_MS = 5000;

/** Opens the MongoDB that was said, that of a running `up`, or the one in its data folder. */
export async function openPlace(said: Said): Promise<Place> {
  const { uri, mediaDir, emptyRedis, stop } = await found(said);
  const client = new mongoose.mongo.MongoClient(uri, {
    appName: 'parley-backup',
    writeConcern: { w: 'majority' },
    serverSelectionTimeoutMS: REACHED_WITHIN_MS,
  });
  const close = async (): Promise<void> => {
    await client.close();
    await stop?.();
  };
  const folder = said.withMedia ? resolve(said.media ?? mediaDir) : undefined;
  return { client, db: client.db(), mediaDir: folder, ...(emptyRedis && { emptyRedis }), close };
}

async function found({ uri, media, withMedia, dataDir }: Said): Promise<Found> {
  // Images have nothing of what starts engines, and are always told a URI.
  if (uri === undefined) return (await import('./local.ts')).openLocal(dataDir);
  if (!withMedia || media !== undefined) return { uri, mediaDir: media ?? '' };
  throw new Error('Where are the files of media? Say --media FOLDER (or MEDIA_DIR), or --no-media to leave them out.');
}

type Found = Omit<Local, 'stop'> & Partial<Local>;
