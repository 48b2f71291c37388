import { Injectable } from '@nestjs/common';
import { idAt, timeOf } from '@app/common/events/id-time.js';
import { readingId } from '../event.rules.js';
import { OutboxRepository } from './outbox.repository.js';
import { type Page, PAGE, type Source } from './source.js';

/** `message.read`, from the members' marks as they are now: a mark remembers neither where it was nor what it passed. */
@Injectable()
export class ReadSource implements Source {
  readonly walk = 'chat:published:reads';

  constructor(private readonly outbox: OutboxRepository) {}

  async page(after: string): Promise<Page> {
    const { rows, next } = await this.outbox.read(new Date(timeOf(after)), PAGE);
    const events = rows.map(({ place, userId, upToSeq, readAt }) => {
      const { id } = place.conversation;
      const data = { ...place, userId, upToSeq, messageIds: [] };
      const event = { id: readingId(id, data), subject: id, time: readAt.toISOString(), data };
      return { type: 'message.read', event } as const;
    });
    return { events, ...(next && { next: idAt(next.getTime()) }) };
  }
}
