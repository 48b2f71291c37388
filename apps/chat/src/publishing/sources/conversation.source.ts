import { Injectable } from '@nestjs/common';
import { idAt, timeOf } from '@app/common/events/id-time.js';
import { beginningId } from '../event.rules.js';
import { OutboxRepository } from './outbox.repository.js';
import { type Page, PAGE, type Source } from './source.js';

/** `conversation.created`, from the conversations, with whoever is in them now. */
@Injectable()
export class ConversationSource implements Source {
  readonly walk = 'chat:published:conversations';

  constructor(private readonly outbox: OutboxRepository) {}

  async page(after: string): Promise<Page> {
    const { rows, next } = await this.outbox.begun(new Date(timeOf(after)), PAGE);
    const events = rows.map(({ place, createdBy, propertyId, createdAt }) => {
      const { id } = place.conversation;
      const data = { ...place, createdBy, ...(propertyId !== undefined && { propertyId }) };
      const event = { id: beginningId(id), subject: id, time: createdAt.toISOString(), data };
      return { type: 'conversation.created', event } as const;
    });
    return { events, ...(next && { next: idAt(next.getTime()) }) };
  }
}
