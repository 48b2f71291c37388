import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { type Model, Types } from 'mongoose';
import { Media } from '@app/common/schemas/media.schema.js';

/** A kept file, as services see it. */
export interface MediaRecord {
  id: string;
  ownerId: string;
  name: string;
  contentType: string;
  size: number;
  sha256: string;
  createdAt: Date;
}

/** Keeps `media`. Ids are 24 lower-case hexadecimal digits; nothing is found under any other. */
@Injectable()
export class MediaRepository {
  constructor(@InjectModel(Media.name) private readonly media: Model<Media>) {}

  /** An id that nothing has yet. */
  newId(): string {
    return new Types.ObjectId().toHexString();
  }

  async insert({ id, ...record }: Omit<MediaRecord, 'createdAt'>): Promise<MediaRecord> {
    const kept = await this.media.create({ ...record, _id: new Types.ObjectId(id) });
    return recordOf(kept);
  }

  async remove(id: string): Promise<void> {
    await this.media.deleteOne({ _id: new Types.ObjectId(id) });
  }

  async findById(id: string): Promise<MediaRecord | undefined> {
    const [found] = await this.findByIds([id]);
    return found;
  }

  /** Those of `ids` that exist, in no order. */
  async findByIds(ids: readonly string[]): Promise<MediaRecord[]> {
    const possible = ids.filter((id) => /^[0-9a-f]{24}$/.test(id)).map((id) => new Types.ObjectId(id));
    const found = await this.media.find({ _id: { $in: possible } }).lean();
    return found.map(recordOf);
  }
}

function recordOf({ _id, ownerId, name, contentType, size, sha256, createdAt }: Media): MediaRecord {
  return { id: _id.toHexString(), ownerId, name, contentType, size, sha256, createdAt };
}
