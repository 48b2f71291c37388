import { Injectable } from '@nestjs/common';
import { MessageLogRepository } from '@app/common/events/message-log.repository.js';
import { type Page, PAGE, type Source } from './source.js';

const NEVER = 'f'.repeat(24);

/** `message.created`, from the messages. */
@Injectable()
export class MessageSource implements Source {
  readonly walk = 'chat:published:messages';

  constructor(private readonly messages: MessageLogRepository) {}

  async page(after: string): Promise<Page> {
    const ids = await this.messages.ids({ after, before: NEVER }, PAGE);
    const told = await this.messages.told(ids);
    const events = told.map((data) => {
      const { _id: id, createdAt: time } = data.message;
      return { type: 'message.created', event: { id, subject: data.conversation.id, time, data } } as const;
    });
    const last = ids.at(-1);
    return { events, ...(ids.length === PAGE && last !== undefined && { next: last }) };
  }
}
