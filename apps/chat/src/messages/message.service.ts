import { Inject, Injectable, Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { Caller } from '@app/common/auth/claims.js';
import { ENV } from '@app/common/env/shared.settings.js';
import { AppError } from '@app/common/errors/app-error.js';
import { EventPublisher } from '@app/common/events/event.publisher.js';
import { UserDirectory } from '@app/common/identity/user.directory.js';
import type { Message, Person } from '@app/contracts/shapes.js';
import { HeadWriter } from '../conversations/head.writer.js';
import { LISTED_PARTICIPANTS } from '../conversations/conversation.rules.js';
import { Teller } from '../domain-events.js';
import type { ChatEnv } from '../env.js';
import { AttachmentsClient } from './attachments.client.js';
import type { Lane, Written } from '../lanes/lane.js';
import { Lanes } from '../lanes/lanes.js';
import { MessageRepository } from './message.repository.js';
import { asMessage, asPreview, checkContent, forSender, type KeptMessage } from './message.rules.js';
import { MessageWriter } from '../lanes/message.writer.js';
import { SendLimiter } from './send.limiter.js';

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
  private readonly log = new Logger(MessageService.name);
  /** Sends whose outcome was unknown: if a retry finds them kept, nobody has been told yet. */
  private readonly untold = new LRUCache<string, true>({ max: 10_000 });

  constructor(
    private readonly limiter: SendLimiter,
    private readonly lanes: Lanes,
    private readonly writer: MessageWriter,
    private readonly messages: MessageRepository,
    private readonly attachments: AttachmentsClient,
    private readonly people: UserDirectory,
    private readonly heads: HeadWriter,
    private readonly teller: Teller,
    private readonly events: EventPublisher,
    @Inject(ENV) private readonly env: ChatEnv,
  ) {}

  /** Keeps a message and tells everyone. A resend of a `localId`, whatever it holds, is answered as the first time. */
  async send(who: Caller, ask: SendMessage): Promise<Message> {
    const sender = await this.people.person(who.id);
    try {
      return await this.sendOnce(who, ask, sender);
    } catch (error) {
      if (ask.localId === undefined || !(error instanceof AppError)) throw error;
      if (error.code === 'UNAVAILABLE') this.untold.set(`${who.id} ${ask.localId}`, true);
      const first = await this.messages.findByLocalId(who.id, ask.localId).catch(() => undefined);
      if (!first) throw error;
      return forSender(asMessage(first, sender, [who.id]), first.localId);
    }
  }

  private async sendOnce(who: Caller, ask: SendMessage, sender: Person): Promise<Message> {
    checkContent(ask.text, ask.mediaIds.length);
    const retryAfterMs = await this.limiter.take(who.id);
    if (retryAfterMs > 0) throw new AppError('RATE_LIMITED', { retryAfterMs });
    const lane = await this.lanes.of(ask.conversationId, who.id);
    const { conversationId, text, localId } = ask;
    const place = { conversationId, senderId: who.id };
    const attachments = await this.attachments.describe(place, ask.mediaIds);
    const draft = { ...place, text, attachments, ...(localId !== undefined && { localId }) };
    const written = await this.writer.append(lane, draft);
    // No await from here on: what is told keeps the order of `seq`.
    const message = asMessage(written.message, sender, [who.id]);
    if (this.isNews(written)) this.spread(lane, written.message, message);
    return forSender(message, written.message.localId);
  }

  private isNews({ message, again }: Written): boolean {
    return !again || this.untold.delete(`${message.senderId} ${message.localId}`);
  }

  private spread(lane: Lane, kept: KeptMessage, message: Message): void {
    const { conversation, members, conversationId } = lane;
    const young = Date.now() - conversation.createdAt.getTime() < YOUNG_MS;
    this.teller.tell('message.created', {
      conversationId,
      message,
      membershipSeq: conversation.membershipSeq,
      ...(kept.localId !== undefined && { localId: kept.localId }),
      ...(young && members.size <= LISTED_PARTICIPANTS && { alsoTo: [...members] }),
    });
    this.heads.note(conversationId, asPreview(kept));
    this.publish(lane, message);
  }

  private publish(lane: Lane, message: Message): void {
    const { conversation, members } = lane;
    const { id, kind, name } = conversation;
    const data = {
      message,
      conversation: { id, kind, ...(name !== undefined && { name }) },
      sender: message.sender,
      participantCount: members.size,
      participantIds: [...members].slice(0, LISTED_PARTICIPANTS),
    };
    const about = { id: message._id, source: 'chat-service', subject: id, time: message.createdAt };
    this.events
      .publish('message.created', { ...about, data, channel: this.env.NOTIFICATION_REDIS_CHANNEL })
      .catch((error: unknown) => this.log.warn({ err: error, messageId: message._id }, 'publishing an event failed'));
  }
}
