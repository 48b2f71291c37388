import { createHash } from 'node:crypto';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { fileTypeFromBuffer } from 'file-type';
import type { Caller } from '@app/common/auth/claims.js';
import { ENV } from '@app/common/env/shared.settings.js';
import { AppError } from '@app/common/errors/app-error.js';
import { Metrics } from '@app/common/metrics/metrics.js';
import type { Env } from '../env.js';
import { MediaRepository, type MediaRecord } from '../media.repository.js';
import { STORAGE, type Storage } from '../storage/storage.js';
import { begin } from './content.js';
import { uploadMetrics } from './upload.metrics.js';
import { contentTypeOf, type Detected, displayName } from './upload.rules.js';

/** Enough to see past the colour profile of a photo; never the whole file, so that what is examined stays small. */
const HEAD_BYTES = 64 * 1024;

/** A file as it comes in. */
interface IncomingFile {
  name: string;
  content: AsyncIterable<Uint8Array>;
}

/** A file whose bytes are staged: everything of its record but whose it is. */
export type Received = Omit<MediaRecord, 'ownerId' | 'createdAt'>;

/** Takes files in: bytes first, then the record, so that no record is ever without its bytes. */
@Injectable()
export class UploadService {
  private readonly log = new Logger(UploadService.name);
  private readonly counts;

  constructor(
    @Inject(STORAGE) private readonly storage: Storage,
    @Inject(ENV) private readonly env: Env,
    private readonly media: MediaRepository,
    metrics: Metrics,
  ) {
    this.counts = metrics.of(uploadMetrics);
  }

  /** Stages a file while it comes; nothing is left of one that is refused or breaks off. */
  async receive({ name, content }: IncomingFile): Promise<Received> {
    const { head, whole } = await begin(content, HEAD_BYTES);
    const detected = this.accepted(await fileTypeFromBuffer(head));
    const id = this.media.newId();
    const hash = createHash('sha256');
    let size = 0;
    const limit = this.env.MEDIA_MAX_BYTES;
    async function* measured() {
      for await (const chunk of whole) {
        size += chunk.length;
        if (size > limit) throw tooLarge(limit);
        hash.update(chunk);
        yield chunk;
      }
    }
    await this.storage.stage(id, measured());
    const contentType = contentTypeOf(detected.mime);
    return { id, name: displayName(name, detected), contentType, size, sha256: hash.digest('hex') };
  }

  /** Keeps a received file as the asker's. */
  async keep(who: Caller, received: Received): Promise<MediaRecord> {
    const { id, size, contentType } = received;
    await this.storage.keep(id);
    const record = await this.recorded({ ...received, ownerId: who.id });
    this.counts.uploads.with({ outcome: 'kept' }).inc();
    this.counts.bytes.inc(size);
    this.log.log({ mediaId: id, size, contentType, userId: who.id }, 'uploaded');
    return record;
  }

  /** Forgets a received file that is not to be kept. */
  async discard({ id }: Received): Promise<void> {
    await this.storage.discard(id);
  }

  private async recorded(record: Omit<MediaRecord, 'createdAt'>): Promise<MediaRecord> {
    try {
      return await this.media.insert(record);
    } catch (error) {
      // An insert whose answer was lost may have happened: the bytes go only after the record is surely not there.
      await this.media
        .remove(record.id)
        .then(() => this.storage.remove(record.id))
        .catch(() => this.log.warn({ mediaId: record.id }, 'bytes without a record are left'));
      throw error;
    }
  }

  private accepted(detected: Detected | undefined): Detected {
    if (detected && this.env.MEDIA_TYPES.includes(contentTypeOf(detected.mime))) return detected;
    const is = detected ? `is ${contentTypeOf(detected.mime)} by its first bytes` : 'has no first bytes that we know';
    const accepted = this.env.MEDIA_TYPES.join(', ');
    throw new AppError('UNSUPPORTED_TYPE', { message: `The file ${is}; accepted are ${accepted}.` });
  }
}

/** The refusal of a file that is too large. */
export function tooLarge(limit: number): AppError {
  return new AppError('TOO_LARGE', { message: `The file is larger than ${limit} bytes.` });
}
