import { Injectable } from '@nestjs/common';
import { UserDirectory } from '@app/common/identity/user.directory.js';
import type { Person } from '@app/contracts/shapes.js';
import type { Asker } from '../asker.js';
import { Teller } from '../domain-events.js';
import { AdmissionService } from '../membership/admission.service.js';

/** Typing that nobody renews ends by itself. */
const EXPIRES_MS = 6000;
/** Conversations in which one connection may type at once; the oldest ends. */
const AT_ONCE = 10;

interface Typing {
  user: Person;
  timer: NodeJS.Timeout;
}

/** Tells who is typing; a lost stop, a closed socket and a dead client all end it. */
@Injectable()
export class TypingService {
  private readonly typing = new Map<string, Map<string, Typing>>();

  constructor(
    private readonly admission: AdmissionService,
    private readonly people: UserDirectory,
    private readonly teller: Teller,
  ) {}

  /** Starts, renews or ends typing in a conversation; throws `NOT_A_MEMBER`. */
  async type(who: Asker, ask: { conversationId: string; isTyping: boolean }): Promise<void> {
    await this.admission.member(ask.conversationId, who.id);
    const by = typistOf(who);
    if (!ask.isTyping) return this.stop(by, ask.conversationId);
    const user = await this.people.person(who.id);
    const own = this.typing.get(by) ?? new Map<string, Typing>();
    clearTimeout(own.get(ask.conversationId)?.timer);
    own.delete(ask.conversationId);
    const [oldest] = own.keys();
    if (own.size >= AT_ONCE && oldest !== undefined) this.stop(by, oldest);
    const timer = setTimeout(() => this.stop(by, ask.conversationId), EXPIRES_MS);
    own.set(ask.conversationId, { user, timer });
    this.typing.set(by, own);
    this.teller.tell('typing', { conversationId: ask.conversationId, user, isTyping: true });
  }

  /** Ends typing in one conversation, of a connection (or of a person who typed over REST). */
  stop(by: string, conversationId: string): void {
    const own = this.typing.get(by);
    const ended = own?.get(conversationId);
    if (!own || !ended) return;
    clearTimeout(ended.timer);
    own.delete(conversationId);
    if (own.size === 0) this.typing.delete(by);
    this.teller.tell('typing', { conversationId, user: ended.user, isTyping: false });
  }

  /** Ends all typing of a connection that has closed. */
  stopAll(connectionId: string): void {
    for (const conversationId of [...(this.typing.get(connectionId)?.keys() ?? [])])
      this.stop(connectionId, conversationId);
  }
}

/** Typing belongs to a connection; over REST, which has none, to the person. */
function typistOf(who: Asker): string {
  return who.connectionId ?? who.id;
}
