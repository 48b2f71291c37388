import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model } from 'mongoose';
import { LedgerBatch } from '@app/common/schemas/ledger.schema.js';

/** Keeps `ledger`: the events whose pushes are all kept. */
@Injectable()
export class LedgerRepository {
  constructor(@InjectModel(LedgerBatch.name) private readonly batches: Model<LedgerBatch>) {}

  /** Notes events as finished; one document for all of them. */
  async add(eventIds: string[], now: Date): Promise<void> {
    if (eventIds.length > 0) await this.batches.collection.insertOne({ eventIds, at: now });
  }

  /** Those of these events that are finished. */
  async finished(eventIds: readonly string[]): Promise<Set<string>> {
    if (eventIds.length === 0) return new Set();
    const found = await this.batches.find({ eventIds: { $in: eventIds } }, { eventIds: 1 }).lean();
    return new Set(found.flatMap((batch) => batch.eventIds));
  }
}
