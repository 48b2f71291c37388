import type { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import type { Caller } from '@app/common/auth/claims.js';
import { AppError } from '@app/common/errors/app-error.js';
import { type MediaRecord, MediaRepository } from '../media.repository.js';
import { type ByteRange, STORAGE, type Storage } from '../storage/storage.js';
import { AttachmentsRepository } from './attachments.repository.js';

/** Gives files to those who may see them. For everyone else they do not exist. */
@Injectable()
export class DownloadService {
  constructor(
    private readonly media: MediaRepository,
    private readonly attachments: AttachmentsRepository,
    @Inject(STORAGE) private readonly storage: Storage,
  ) {}

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
  read({ id }: MediaRecord, range?: ByteRange): Promise<Readable> {
    return this.storage.read(id, range);
  }

  private async maySee(who: Caller, { id, ownerId }: MediaRecord): Promise<boolean> {
    return ownerId === who.id || this.attachments.isAttachedFor(who.id, id);
  }
}
