import { Injectable } from '@nestjs/common';
import type { Caller } from '@app/common/auth/claims.js';
import { AppError } from '@app/common/errors/app-error.js';
import { UserDirectory } from '@app/common/identity/user.directory.js';
import { isMongoAway } from '@app/common/mongo/away.js';
import type { Message, Person } from '@app/contracts/shapes.js';
import { HeadWriter } from '../conversations/head.writer.js';
import { LISTED_PARTICIPANTS } from '../conversations/conversation.rules.js';
import { Teller } from '../domain-events.js';
import { EventOutlet } from '../publishing/event.outlet.js';
import { conversationOf } from '../publishing/event.rules.js';
import { AttachmentsClient } from './attachments.client.js';
import type { Lane } from '../lanes/lane.js';
import { Lanes } from '../lanes/lanes.js';
import { MessageRepository } from './message.repository.js';
import { asMessage, asPreview, checkContent, type Draft, forSender, type KeptMessage } from './message.rules.js';
import { MessageWriter } from '../lanes/message.writer.js';
import { Unsettled } from '../lanes/unsettled.js';
import { SendLimiter } from './send.limiter.js';
import { SendTurns } from './send.turns.js';

/** What is asked when a message is sent. */
export interface SendMessage {
  conversationId: string;
  text: string;
  mediaIds: readonly string[];
  localId?: string;
}

/** Members of a conversation this young are told by person too: their sockets may not have joined its room yet. */
const YOUNG_MS = 10_000;

/** Sends messages: one Redis and one MongoDB round trip before the answer, everything else after it. */
@Injectable()
export class MessageService {
  private readonly turns = new SendTurns();

  constructor(
    private readonly limiter: SendLimiter,
    private readonly lanes: Lanes,
    private readonly writer: MessageWriter,
    private readonly messages: MessageRepository,
    private readonly attachments: AttachmentsClient,
    private readonly people: UserDirectory,
    private readonly heads: HeadWriter,
    private readonly teller: Teller,
    private readonly events: EventOutlet,
    private readonly unsettled: Unsettled,
  ) {
    // Its sender was told that the outcome is unknown, and may never ask again, or ask another node.
    unsettled.start(async (lane, kept) => {
      this.spread(lane, kept, await this.shown(kept));
    });
  }

  /** Keeps a message and tells everyone. A resend of a `localId`, whatever it holds, is answered as the first time. */
  async send(who: Caller, ask: SendMessage): Promise<Message> {
    try {
      return await this.events.surely(() => this.sendOnce(who, ask));
    } catch (error) {
      if (ask.localId === undefined || !(error instanceof AppError)) throw error;
      // It did not answer a moment ago: to ask it once more only keeps the sender waiting.
      if (isMongoAway(error.details.cause) || !this.limiter.mayLook(who.id)) throw error;
      const first = await this.messages.findByLocalId(who.id, ask.localId).catch(() => undefined);
      if (!first) throw error;
      const message = await this.shown(first);
      const untold = this.unsettled.take(first.id);
      if (untold) this.spread(untold, first, message);
      return forSender(message, first.localId);
    }
  }

  private async sendOnce(who: Caller, ask: SendMessage): Promise<Message> {
    checkContent(ask.text, ask.mediaIds.length);
    const prepared = this.prepare(who, ask);
    const { sender, lane, draft } = await this.turns.next(`${who.id} ${ask.conversationId}`, prepared);
    const written = await this.writer.append(lane, draft);
    // No await from here on: what is told keeps the order of `seq`.
    const message = asMessage(written.message, sender, [who.id]);
    // Kept by an earlier try, it is news to everyone if nobody was told of that.
    if (!written.again || this.unsettled.take(written.message.id)) this.spread(lane, written.message, message);
    return forSender(message, written.message.localId);
  }

  /** Everything that a send needs before it may have a place. */
  private async prepare(who: Caller, ask: SendMessage): Promise<{ sender: Person; lane: Lane; draft: Draft }> {
    const sender = await this.people.person(who.id);
    const retryAfterMs = await this.limiter.take(who.id);
    if (retryAfterMs > 0) throw new AppError('RATE_LIMITED', { retryAfterMs });
    const lane = await this.lanes.of(ask.conversationId, who.id);
    const { conversationId, text, localId } = ask;
    const place = { conversationId, senderId: who.id };
    const attachments = await this.attachments.describe(place, ask.mediaIds);
    return { sender, lane, draft: { ...place, text, attachments, ...(localId !== undefined && { localId }) } };
  }

  /** A message of one's own that was kept earlier. */
  private async shown(kept: KeptMessage): Promise<Message> {
    return asMessage(kept, await this.people.person(kept.senderId), [kept.senderId]);
  }

  private spread(lane: Lane, kept: KeptMessage, message: Message): void {
    const { conversation, members, conversationId } = lane;
    const young = Date.now() - conversation.createdAt.getTime() < YOUNG_MS;
    this.teller.tell('message.created', {
      conversationId,
      message,
      // Of a message that an owner kept, it may be one whose members are not read here yet.
      membershipSeq: lane.membershipSeq,
      ...(kept.localId !== undefined && { localId: kept.localId }),
      ...(young && members.size <= LISTED_PARTICIPANTS && { alsoTo: [...members] }),
    });
    this.heads.note(conversationId, asPreview(kept));
    this.publish(lane, message);
  }

  private publish({ conversation, members }: Lane, message: Message): void {
    const { _id: id, sender, createdAt: time } = message;
    const data = { message, sender, ...conversationOf(conversation, members) };
    this.events.publish('message.created', { id, subject: conversation.id, time, data });
  }
}
