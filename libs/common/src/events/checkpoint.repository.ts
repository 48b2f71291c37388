import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { type Model, Types } from 'mongoose';
import { Checkpoint } from '../schemas/checkpoint.schema.js';

/** How far a walk has come; ids are hexadecimal. */
export interface Mark {
  /** Everything before this is done. */
  at: string;
  /** Everything from here on is to be done again. */
  back?: string;
  /** How often somebody asked for that. */
  asked: number;
  stamp: number;
  /** When it was taken, in ms since 1970 by MongoDB's clock, which all processes share. */
  now: number;
}

/** One process's hold of a walk. */
export interface Hold {
  walk: string;
  holder: string;
  leaseMs: number;
}

const id = (hex: string) => new Types.ObjectId(hex);

/** Keeps `checkpoints`: how far walks have come, one process a walk at a time. */
@Injectable()
export class CheckpointRepository {
  constructor(@InjectModel(Checkpoint.name) private readonly checkpoints: Model<Checkpoint>) {}

  /** Makes the walk begin here, unless it has begun before. */
  async begin(walk: string, at: string): Promise<void> {
    await this.checkpoints.updateOne(
      { _id: walk },
      { $setOnInsert: { at: id(at), stamp: 0, asked: 0 } },
      { upsert: true },
    );
  }

  /** Takes or renews the walk for the lease's time; undefined while another process has it. */
  async take({ walk, holder, leaseMs }: Hold): Promise<Mark | undefined> {
    const free = { $lt: [{ $ifNull: ['$heldUntil', new Date(0)] }, '$$NOW'] };
    const found = await this.checkpoints
      .findOneAndUpdate(
        { _id: walk, $or: [{ holder }, { $expr: free }] },
        [{ $set: { holder: { $literal: holder }, heldUntil: { $add: ['$$NOW', leaseMs] } } }],
        { returnDocument: 'after', updatePipeline: true },
      )
      .lean();
    if (!found) return undefined;
    const { at, back, stamp, asked, heldUntil } = found;
    const now = heldUntil ? heldUntil.getTime() - leaseMs : Date.now();
    return { at: at.toHexString(), stamp, asked, now, ...(back && { back: back.toHexString() }) };
  }

  /** Lets another process have the walk at once. */
  async release({ walk, holder }: Hold): Promise<void> {
    await this.checkpoints.updateOne({ _id: walk, holder }, { $unset: { holder: 1, heldUntil: 1 } });
  }

  /** Notes how far the holder has come, and renews its lease; false when another process has the walk. */
  async advance(
    { walk, holder, leaseMs }: Hold,
    { at, stamp, back }: Partial<Omit<Mark, 'asked' | 'now'>>,
  ): Promise<boolean> {
    const moved = await this.checkpoints.updateOne(
      { _id: walk, holder },
      [
        {
          $set: {
            ...(at !== undefined && { at: id(at) }),
            ...(stamp !== undefined && { stamp }),
            ...(back !== undefined && { back: { $min: [{ $ifNull: ['$back', id(back)] }, id(back)] } }),
            heldUntil: { $add: ['$$NOW', leaseMs] },
          },
        },
      ],
      { updatePipeline: true },
    );
    return moved.matchedCount === 1;
  }

  /** Asks that everything from here on be done again; anyone may. */
  async goBack(walk: string, to: string): Promise<void> {
    await this.checkpoints.updateOne({ _id: walk }, { $min: { back: id(to) }, $inc: { asked: 1 } });
  }

  /** Notes how far doing again has come since it was taken so, or that it is done; false when somebody asked anew. */
  async caughtUp({ walk, holder }: Hold, { back, asked }: Pick<Mark, 'back' | 'asked'>, to?: string): Promise<boolean> {
    const moved = await this.checkpoints.updateOne(
      { _id: walk, holder, asked, ...(back !== undefined && { back: id(back) }) },
      to === undefined ? { $unset: { back: 1 } } : { $set: { back: id(to) } },
    );
    return moved.matchedCount === 1;
  }
}
