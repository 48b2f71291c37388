import { Injectable } from '@nestjs/common';
import type { Caller } from '@app/common/auth/claims.js';
import { AppError } from '@app/common/errors/app-error.js';
import { UserDirectory } from '@app/common/identity/user.directory.js';
import type { Message, Pagination } from '@app/contracts/shapes.js';
import { LISTED_PARTICIPANTS } from '../conversations/conversation.rules.js';
import { MemberRepository } from '../conversations/member.repository.js';
import { AdmissionService } from '../membership/admission.service.js';
import { MessageRepository } from './message.repository.js';
import { asMessage, forSender, readersOf } from './message.rules.js';

/** What is asked of history. `before` is a message's id. */
export interface ReadHistory {
  conversationId: string;
  before?: string;
  limit: number;
}

/** Before the first place. */
const NOWHERE = -1;

/** Reads messages back, newest first. */
@Injectable()
export class HistoryService {
  constructor(
    private readonly admission: AdmissionService,
    private readonly messages: MessageRepository,
    private readonly members: MemberRepository,
    private readonly people: UserDirectory,
  ) {}

  /** A page of at most `limit` messages, those before `before`; throws `NOT_FOUND` when that is not of this conversation. */
  async page(who: Caller, ask: ReadHistory): Promise<{ messages: Message[]; pagination: Pagination }> {
    const { conversationId } = ask;
    const beforeSeq = await this.placeOf(ask);
    // One more than asked tells whether there is another page.
    const page = await this.messages.page(conversationId, beforeSeq, ask.limit + 1);
    // Who is in it is read after the messages: who was removed meanwhile is shown nothing.
    const members = await this.members.of(conversationId, LISTED_PARTICIPANTS);
    const listed = members.find(({ userId }) => userId === who.id);
    const { joinedSeq } = listed ?? (await this.admission.member(conversationId, who.id));
    if (ask.before !== undefined && beforeSeq < joinedSeq) throw notHere();
    const found = page.filter(({ seq }) => seq >= joinedSeq);
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
    return place?.seq ?? NOWHERE;
  }
}

function notHere(): AppError {
  return new AppError('NOT_FOUND', { message: 'before is not a message of this conversation' });
}
