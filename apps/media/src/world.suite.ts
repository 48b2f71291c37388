import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getConnectionToken } from '@nestjs/mongoose';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { type Connection, Types } from 'mongoose';
import { readEnv } from '@app/common/env/env.js';
import { readJson } from '@app/common/serve/json-body.js';
import { configureRest } from '@app/common/serve/serve.js';
import { startTestRedis, testMongo } from '@app/testing/engines.js';
import { TEST_SECRET, tokenOf } from '@app/testing/tokens.js';
import { settings } from './env.js';
import { MediaModule } from './media.module.js';

/** One pixel. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);

/** A picture, followed by as many random bytes as it takes to reach the size. */
export const png = (size = PNG.length) => Buffer.concat([PNG, randomBytes(size - PNG.length)]);

/** A form of one file. */
export function form(bytes: Uint8Array, name = 'photo.png', field = 'file'): FormData {
  const body = new FormData();
  body.append(field, new Blob([Uint8Array.from(bytes)]), name);
  return body;
}

/** Asks as somebody. */
export class Person {
  readonly headers: { Authorization: string };

  constructor(
    readonly id: string,
    private readonly url: string,
  ) {
    this.headers = { Authorization: `Bearer ${tokenOf(id)}` };
  }

  ask(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`${this.url}${path}`, { ...init, headers: { ...this.headers, ...init.headers } });
  }

  upload(body: FormData): Promise<Response> {
    return this.ask('/media', { method: 'POST', body });
  }

  /** Uploads, and gives the id. */
  async uploads(bytes: Uint8Array, name?: string): Promise<string> {
    const answer = (await (await this.upload(form(bytes, name))).json()) as { data: { _id: string } };
    return answer.data._id;
  }

  check(...mediaIds: unknown[]): Promise<Response> {
    const headers = { 'Content-Type': 'application/json' };
    return this.ask('/media/check', { method: 'POST', body: JSON.stringify({ mediaIds }), headers });
  }
}

/** A running media service on a database, a Redis and a folder of its own. */
export async function mediaWorld() {
  const folder = await mkdtemp(join(tmpdir(), 'parley-media-'));
  const redis = await startTestRedis();
  const env = readEnv(settings, {
    NODE_ENV: 'test',
    LOG_LEVEL: 'silent',
    MONGODB_URI: testMongo('media').uri,
    REDIS_URL: redis.url,
    JWT_SECRET: TEST_SECRET,
    MEDIA_DIR: folder,
    PUBLIC_URL: 'https://chat.example',
  });
  const module = await Test.createTestingModule({ imports: [MediaModule.with(env)] }).compile();
  const app = module.createNestApplication<NestExpressApplication>({ logger: false, forceCloseConnections: true });
  configureRest(app);
  readJson(app);
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  const db = app.get<Connection>(getConnectionToken());

  return {
    app,
    db,
    url,
    person: (id: string) => new Person(id, url),
    /** The paths of all files, from the folder of the storage. */
    files: async () =>
      (await readdir(folder, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)),
    /** What chat would have written when a message with the file was sent to these people. */
    attach: async (mediaId: string, userIds: string[]) => {
      const conversationId = new Types.ObjectId();
      await db
        .collection('members')
        .insertMany(userIds.map((userId) => ({ conversationId, userId, role: 'member', joinedSeq: 0 })));
      const { insertedId } = await db
        .collection('messages')
        .insertOne({ conversationId, seq: 1, senderId: userIds[0], attachments: [{ mediaId }], createdAt: new Date() });
      return { conversationId, messageId: insertedId };
    },
    close: async () => {
      await db.dropDatabase();
      await app.close();
      await redis.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export type World = Awaited<ReturnType<typeof mediaWorld>>;
