import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';

/** Longer than anything is looked for here: a push is worth nothing after a day. */
const KEPT_DAYS = 7;

/** One batch of events whose pushes are all kept. Written by notification's ledger module only. */
@Schema({ collection: 'ledger', versionKey: false })
export class LedgerBatch {
  /** Ids of `message.created` events, which are those of their messages. */
  @Prop({ type: [String], required: true })
  eventIds: string[];

  @Prop({ required: true })
  at: Date;
}

export const LedgerBatchSchema = SchemaFactory.createForClass(LedgerBatch);
// Serves: LedgerRepository.finished.
LedgerBatchSchema.index({ eventIds: 1 });
// Removes what nobody looks for any more.
LedgerBatchSchema.index({ at: 1 }, { expireAfterSeconds: KEPT_DAYS * 24 * 60 * 60 });
