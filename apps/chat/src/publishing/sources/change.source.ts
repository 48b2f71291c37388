import { Injectable } from '@nestjs/common';
import { MessageLogRepository } from '@app/common/events/message-log.repository.js';
import type { MessageCreated } from '@app/contracts/events.js';
import { changeEventId } from '../event.rules.js';
import { type KeptChange, OutboxRepository } from './outbox.repository.js';
import { type Page, PAGE, type Retold, type Source } from './source.js';

/** `message.updated`, `message.deleted` and `conversation.updated`, from the changes. */
@Injectable()
export class ChangeSource implements Source {
  readonly walk = 'chat:published:changes';

  constructor(
    private readonly outbox: OutboxRepository,
    private readonly messages: MessageLogRepository,
  ) {}

  async page(after: string): Promise<Page> {
    const changes = await this.outbox.changes(after, PAGE);
    const told = await this.messages.told([...new Set(changes.map(({ messageId }) => messageId))]);
    const byId = new Map(told.map((data) => [data.message._id, data]));
    const events = inOrder(changes).flatMap((change) => {
      const data = byId.get(change.messageId);
      return data ? retold(change, data) : [];
    });
    const last = changes.at(-1);
    return { events, ...(changes.length === PAGE && last && { next: last.id }) };
  }
}

/** By their numbers within each conversation: ids tell no order among nodes. */
function inOrder(changes: KeptChange[]): KeptChange[] {
  const conversations = Map.groupBy(changes, ({ conversationId }) => conversationId);
  return [...conversations.values()].flatMap((own) => own.toSorted((one, other) => one.n - other.n));
}

/** The event of a change; the message is as it is now. */
function retold({ kind, by, n, messageId, at }: KeptChange, now: MessageCreated): Retold[] {
  const { message, sender, ...place } = now;
  const about = { id: changeEventId({ kind, messageId, n }), subject: place.conversation.id };
  const time = at.toISOString();
  switch (kind) {
    case 'message.updated':
      return [{ type: kind, event: { ...about, time, data: { ...now, change: n } } }];
    case 'message.deleted':
      return [{ type: kind, event: { ...about, time, data: { ...place, messageId, deletedBy: by, change: n } } }];
    case 'conversation.updated': {
      const { seq, system, createdAt } = message;
      if (!system) return [];
      const [addedIds, removedIds] =
        system.event === 'participants.added' ? [system.userIds, []] : [[], system.userIds];
      const data = { ...place, seq, updatedBy: sender.id, addedIds, removedIds };
      return [{ type: kind, event: { ...about, time: createdAt, data } }];
    }
  }
}
