import { finished, type Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import type { Caller } from '@app/common/auth/claims.js';
import { AppError } from '@app/common/errors/app-error.js';
import { Metrics } from '@app/common/metrics/metrics.js';
import { type MediaRecord, MediaRepository } from '../media.repository.js';
import { type ByteRange, STORAGE, type Storage } from '../storage/storage.js';
import { AttachmentsRepository } from './attachments.repository.js';
import { downloadMetrics } from './download.metrics.js';

/** Gives files to those who may see them. For everyone else they do not exist. */
@Injectable()
export class DownloadService {
  private readonly counts;

  constructor(
    private readonly media: MediaRepository,
    private readonly attachments: AttachmentsRepository,
    @Inject(STORAGE) private readonly storage: Storage,
    metrics: Metrics,
  ) {
    this.counts = metrics.of(downloadMetrics);
  }

  /** The record of a file that the asker may see; throws `NOT_FOUND` otherwise. */
  async find(who: Caller, id: string): Promise<MediaRecord> {
    const record = await this.media.findById(id);
    if (!record || !(await this.maySee(who, record))) throw new AppError('NOT_FOUND');
    return record;
  }

  /** The records of files that the asker may see, in the order asked; throws `NOT_FOUND`, naming those that are not. */
  async findAll(who: Caller, ids: readonly string[]): Promise<MediaRecord[]> {
    const found = await this.media.findByIds(ids);
    const seen = await Promise.all(found.map(async (record) => ((await this.maySee(who, record)) ? [record] : [])));
    const byId = new Map(seen.flat().map((record) => [record.id, record]));
    const missing = ids.filter((id) => !byId.has(id));
    if (missing.length > 0) throw new AppError('NOT_FOUND', { message: `There is no media ${missing.join(', ')}.` });
    return ids.flatMap((id) => byId.get(id) ?? []);
  }

  /** The bytes of a found file, or a part of them. */
  async read({ id, size }: MediaRecord, range?: ByteRange): Promise<Readable> {
    const { downloads, bytes } = this.counts;
    try {
      const content = await this.storage.read(id, range);
      finished(content, (error) => {
        downloads.with({ outcome: error ? failureOf(error) : 'sent' }).inc();
        if (!error) bytes.inc(range ? range.end - range.start + 1 : size);
      });
      return content;
    } catch (error) {
      downloads.with({ outcome: 'failed' }).inc();
      throw error;
    }
  }

  private async maySee(who: Caller, { id, ownerId }: MediaRecord): Promise<boolean> {
    return ownerId === who.id || this.attachments.isAttachedFor(who.id, id);
  }
}

/** Whoever hangs up ends the reading, too; what is left is the storage's own failure. */
function failureOf({ code }: NodeJS.ErrnoException) {
  return code === 'ERR_STREAM_PREMATURE_CLOSE' ? 'broken_off' : 'failed';
}
