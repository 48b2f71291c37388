import { Injectable } from '@nestjs/common';
import type { Caller } from '@app/common/auth/claims.js';
import { AppError } from '@app/common/errors/app-error.js';
import { UserDirectory } from '@app/common/identity/user.directory.js';
import type { Message, Pagination } from '@app/contracts/shapes.js';
import { LISTED_PARTICIPANTS } from '../conversations/conversation.rules.js';
import { MemberRepository } from '../conversations/member.repository.js';
import { Lanes } from '../lanes/lanes.js';
import { MessageRepository } from './message.repository.js';
import { asMessage, forSender, readersOf } from './message.rules.js';

/** What is asked of history. `before` is a message's id. */
export interface ReadHistory {
  conversationId: string;
  before?: string;
  limit: number;
}

/** Reads messages back, newest first. */
@Injectable()
export class HistoryService {
  constructor(
    private readonly lanes: Lanes,
    private readonly messages: MessageRepository,
    private readonly members: MemberRepository,
    private readonly people: UserDirectory,
  ) {}

  /** A page of at most `limit` messages, those before `before`; throws `NOT_FOUND` when that is not of this conversation. */
  async page(who: Caller, ask: ReadHistory): Promise<{ messages: Message[]; pagination: Pagination }> {
    await this.lanes.of(ask.conversationId, who.id);
    const beforeSeq = await this.placeOf(ask);
    const [found, members] = await Promise.all([
      // One more than asked tells whether there is another page.
      this.messages.page(ask.conversationId, beforeSeq, ask.limit + 1),
      this.members.of(ask.conversationId, LISTED_PARTICIPANTS),
    ]);
    const kept = found.slice(0, ask.limit);
    const senders = [...new Set(kept.map(({ senderId }) => senderId))];
    const people = new Map((await this.people.people(senders)).map((person) => [person.id, person]));
    const messages = kept.map((message) => {
      const { senderId } = message;
      const sender = people.get(senderId) ?? { id: senderId, name: senderId };
      const shown = asMessage(message, sender, readersOf(message, members));
      return senderId === who.id ? forSender(shown, message.localId) : shown;
    });
    const hasMore = found.length > ask.limit;
    return { messages, pagination: { limit: ask.limit, hasMore, before: hasMore ? (kept.at(-1)?.id ?? null) : null } };
  }

  private async placeOf({ before, conversationId }: ReadHistory): Promise<number> {
    if (before === undefined) return Number.MAX_SAFE_INTEGER;
    const [place] = await this.messages.placesOf(conversationId, [before]);
    if (!place) throw new AppError('NOT_FOUND', { message: 'before is not a message of this conversation' });
    return place.seq;
  }
}
