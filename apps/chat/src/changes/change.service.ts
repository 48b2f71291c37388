import { Inject, Injectable } from '@nestjs/common';
import type { Caller } from '@app/common/auth/claims.js';
import { ENV } from '@app/common/env/shared.settings.js';
import { AppError } from '@app/common/errors/app-error.js';
import { UserDirectory } from '@app/common/identity/user.directory.js';
import type { ChangeKind } from '@app/common/schemas/change.schema.js';
import type { MemberRole } from '@app/common/schemas/member.schema.js';
import type { Message } from '@app/contracts/shapes.js';
import { LISTED_PARTICIPANTS } from '../conversations/conversation.rules.js';
import { MemberRepository } from '../conversations/member.repository.js';
import { Teller } from '../domain-events.js';
import type { ChatEnv } from '../env.js';
import { Lanes } from '../lanes/lanes.js';
import { AdmissionService } from '../membership/admission.service.js';
import { MessageRepository } from '../messages/message.repository.js';
import { asMessage, checkContent, forSender, type KeptMessage, readersOf } from '../messages/message.rules.js';
import { EventOutlet } from '../publishing/event.outlet.js';
import { changeEventId, conversationOf } from '../publishing/event.rules.js';
import { ChangeRepository } from './change.repository.js';
import { checkDelete, checkEdit, edited, tombstone } from './change.rules.js';
import { ChangeTurns } from './change.turns.js';

/** What is asked when a message is edited. */
export interface EditMessage {
  messageId: string;
  text: string;
}

/** Of a message this young, members are told by person too: their sockets may not have joined the room yet. */
const YOUNG_MS = 10_000;
/** How often a change that clashes with another node's is tried. */
const TRIES = 20;

/** Edits and deletes messages; the last change that was acked wins, in the order MongoDB made them. */
@Injectable()
export class ChangeService {
  private readonly turns = new ChangeTurns();

  constructor(
    private readonly lanes: Lanes,
    private readonly admission: AdmissionService,
    private readonly messages: MessageRepository,
    private readonly changes: ChangeRepository,
    private readonly members: MemberRepository,
    private readonly people: UserDirectory,
    private readonly teller: Teller,
    private readonly events: EventOutlet,
    @Inject(ENV) private readonly env: ChatEnv,
  ) {}

  /** Replaces the text of one's own message, within the window. */
  edit(who: Caller, ask: EditMessage): Promise<Message> {
    return this.inTurn(ask.messageId, (conversationId) => this.editAndTell(who, conversationId, ask));
  }

  /** Makes a message a tombstone; deleting it again is answered as the first time. */
  delete(who: Caller, ask: { messageId: string }): Promise<{ messageId: string; conversationId: string }> {
    return this.inTurn(ask.messageId, (conversationId) => this.deleteAndTell(who, conversationId, ask.messageId));
  }

  /** Makes and tells a change when those before it in its conversation are told. */
  private async inTurn<T>(messageId: string, change: (conversationId: string) => Promise<T>): Promise<T> {
    const { conversationId } = await this.find(messageId);
    return this.turns.take(conversationId, () => this.events.surely(() => change(conversationId)));
  }

  private async editAndTell(who: Caller, conversationId: string, ask: EditMessage): Promise<Message> {
    const { messageId, text } = ask;
    const { kept, n } = await this.changed({ who, messageId, kind: 'message.updated' }, (message) => {
      checkContent(text, message.attachments.length);
      checkEdit(message, who.id, { now: Date.now(), windowMinutes: this.env.MESSAGE_EDIT_WINDOW_MINUTES });
      return edited(message, text, new Date());
    });
    const { members, ...besides } = await this.audience(kept);
    const message = asMessage(kept, await this.people.person(kept.senderId), readersOf(kept, members));
    this.teller.tell('message.updated', { conversationId, message, change: n, ...besides });
    const { conversation, members: all } = await this.lanes.of(conversationId, who.id);
    this.events.publish('message.updated', {
      id: changeEventId({ kind: 'message.updated', messageId, n }),
      subject: conversation.id,
      time: message.meta.editedAt ?? message.createdAt,
      data: { message, sender: message.sender, change: n, ...conversationOf(conversation, all) },
    });
    return forSender(message, kept.localId);
  }

  private async deleteAndTell(
    who: Caller,
    conversationId: string,
    messageId: string,
  ): Promise<{ messageId: string; conversationId: string }> {
    const { kept, n } = await this.changed({ who, messageId, kind: 'message.deleted' }, (message, role) => {
      checkDelete(message, who.id, role);
      return tombstone(message, new Date());
    });
    if (n > 0) {
      const { notTo, alsoTo } = await this.audience(kept);
      this.teller.tell('message.deleted', { conversationId, messageId, change: n, notTo, alsoTo });
      const { conversation, members } = await this.lanes.of(conversationId, who.id);
      this.events.publish('message.deleted', {
        id: changeEventId({ kind: 'message.deleted', messageId, n }),
        subject: conversationId,
        time: (kept.deletedAt ?? new Date()).toISOString(),
        data: { messageId, deletedBy: who.id, change: n, ...conversationOf(conversation, members) },
      });
    }
    return { messageId, conversationId };
  }

  /** Who is in the conversation, and who hears of a change of this message besides, or in spite of, its room. */
  private async audience({ conversationId, seq, createdAt }: KeptMessage) {
    const [members, notTo] = await Promise.all([
      this.members.of(conversationId, LISTED_PARTICIPANTS),
      this.members.cameAfter(conversationId, seq),
    ]);
    const young = Date.now() - createdAt.getTime() < YOUNG_MS;
    return { members, notTo, alsoTo: young ? members.map(({ userId }) => userId) : [] };
  }

  /** What the message is now, and the number of this change of it; 0 when it was a tombstone already. */
  private async changed(
    { who, messageId, kind }: { who: Caller; messageId: string; kind: ChangeKind },
    change: (message: KeptMessage, role: MemberRole) => KeptMessage,
  ): Promise<{ kept: KeptMessage; n: number }> {
    for (let tries = 0; tries < TRIES; tries++) {
      const before = await this.find(messageId);
      const { joinedSeq, role } = await this.admission.member(before.conversationId, who.id);
      if (before.seq < joinedSeq) throw noSuchMessage();
      const after = change(before, role);
      if (before.deletedAt) return { kept: before, n: 0 };
      const at = after.deletedAt ?? after.editedAt ?? new Date();
      const n = await this.changes.rewrite(before, after, { kind, by: who.id, at });
      if (n !== undefined) return { kept: after, n };
    }
    throw new AppError('UNAVAILABLE', { retryAfterMs: 100 });
  }

  private async find(messageId: string): Promise<KeptMessage> {
    const message = await this.messages.find(messageId);
    if (!message) throw noSuchMessage();
    return message;
  }
}

function noSuchMessage(): AppError {
  return new AppError('NOT_FOUND', { message: 'There is no such message.' });
}
