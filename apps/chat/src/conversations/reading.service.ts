import { Injectable } from '@nestjs/common';
import type { Caller } from '@app/common/auth/claims.js';
import { AppError } from '@app/common/errors/app-error.js';
import { Teller } from '../domain-events.js';
import { Lanes } from '../lanes/lanes.js';
import { AdmissionService } from '../membership/admission.service.js';
import { MessageRepository } from '../messages/message.repository.js';
import { EventOutlet } from '../publishing/event.outlet.js';
import { conversationOf, readingId } from '../publishing/event.rules.js';
import { MemberRepository } from './member.repository.js';

/** What is asked: everything, or everything up to the newest of these messages. */
export interface MarkRead {
  conversationId: string;
  messageIds?: readonly string[];
}

/** How far a person has read, and which messages that newly reads (the newest 100 at most). */
export interface ReadMark {
  conversationId: string;
  upToSeq: number;
  messageIds: string[];
}

const TOLD_IDS = 100;

/** Reading is a watermark: to read a message is to read what came before it. */
@Injectable()
export class ReadingService {
  constructor(
    private readonly lanes: Lanes,
    private readonly admission: AdmissionService,
    private readonly messages: MessageRepository,
    private readonly members: MemberRepository,
    private readonly teller: Teller,
    private readonly events: EventOutlet,
  ) {}

  /** Moves the mark forward, and tells the conversation if it moved. Throws `NOT_FOUND` for messages of elsewhere. */
  markRead(who: Caller, ask: MarkRead): Promise<ReadMark> {
    return this.events.surely(() => this.moveAndTell(who, ask));
  }

  private async moveAndTell(who: Caller, ask: MarkRead): Promise<ReadMark> {
    const { conversationId } = ask;
    const { conversation, members } = await this.lanes.of(conversationId, who.id);
    const upToSeq = await this.upTo(who, ask);
    const afterSeq = await this.members.read(conversationId, who.id, upToSeq);
    if (afterSeq === undefined) return { conversationId, upToSeq, messageIds: [] };
    const range = { conversationId, userId: who.id, afterSeq, upToSeq };
    const messageIds = await this.messages.idsOfOthers(range, TOLD_IDS);
    const read = { userId: who.id, messageIds, upToSeq };
    this.teller.tell('message.read', { conversationId, ...read });
    this.events.publish('message.read', {
      id: readingId(conversationId, read),
      subject: conversationId,
      time: new Date().toISOString(),
      data: { ...read, ...conversationOf(conversation, members) },
    });
    return { conversationId, upToSeq, messageIds };
  }

  private async upTo(who: Caller, { conversationId, messageIds }: MarkRead): Promise<number> {
    const places = messageIds
      ? await this.messages.placesOf(conversationId, messageIds)
      : [await this.messages.headOf(conversationId)];
    // The person's row last: who was removed meanwhile is told nothing.
    const { joinedSeq } = await this.admission.member(conversationId, who.id);
    const upToSeq = Math.max(...places.map(({ seq }) => seq));
    if (messageIds && upToSeq < joinedSeq)
      throw new AppError('NOT_FOUND', { message: 'These are not messages of this conversation.' });
    return upToSeq;
  }
}
