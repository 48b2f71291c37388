import { Injectable } from '@nestjs/common';
import { AppError } from '@app/common/errors/app-error.js';
import { MessageRepository } from '../messages/message.repository.js';
import type { Waiting } from './lane.js';

/** Answers messages that a unique index says are kept already: by an earlier try of the client, or of another node. */
@Injectable()
export class KeptBefore {
  constructor(private readonly messages: MessageRepository) {}

  async answer(waiting: Waiting): Promise<void> {
    try {
      const message = await this.messages.findKept(waiting.id, waiting.draft);
      if (!message) throw new AppError('UNAVAILABLE', { retryAfterMs: 1000 });
      // Under its own id it was kept by an owner whose answer was lost: nobody has told of it yet.
      waiting.written({ message, again: message.id !== waiting.id });
    } catch (cause) {
      waiting.unsure = true;
      waiting.refused(cause instanceof AppError ? cause : new AppError('UNAVAILABLE', { cause, retryAfterMs: 1000 }));
    }
  }
}
