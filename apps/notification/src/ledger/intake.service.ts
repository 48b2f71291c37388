import { Injectable } from '@nestjs/common';
import type { Heard } from '@app/common/events/stream.consumer.js';
import { PushService } from '../push/push.service.js';
import { LedgerRepository } from './ledger.repository.js';

/** What is needed of an event, whichever way it came. */
type News = Pick<Heard<'message.created'>, 'id' | 'data' | 'replayed' | 'traceparent'>;

/** Takes new messages in, from the stream or from the sweeper: first their pushes are kept, then the ledger says so. */
@Injectable()
export class IntakeService {
  constructor(
    private readonly pushes: PushService,
    private readonly ledger: LedgerRepository,
  ) {}

  /** Takes all or throws; what is taken twice, or dies half-way and comes again, adds no push. */
  async take(events: readonly News[]): Promise<void> {
    const again = events.filter(({ replayed }) => replayed).map(({ id }) => id);
    const known = await this.ledger.finished(again);
    const fresh = events.filter(({ id }) => !known.has(id));
    if (fresh.length === 0) return;
    await this.pushes.accept(fresh);
    await this.ledger.add(
      fresh.map(({ id }) => id),
      new Date(),
    );
  }
}
