import { Injectable, Logger } from '@nestjs/common';
import type { Preview } from '@app/contracts/shapes.js';
import { ConversationRepository } from './conversation.repository.js';
import { type Mark, MemberRepository } from './member.repository.js';

/** Changes of one conversation within this time are one write. */
const COALESCE_MS = 500;
/** Waiting heads and marks above which more are not remembered: the next message of a conversation brings its head again. */
const MOST = 50_000;

/** Writes after the ack what can be rebuilt: a conversation's last message, and that its sender has read up to it. */
@Injectable()
export class HeadWriter {
  private readonly log = new Logger(HeadWriter.name);
  private heads = new Map<string, Preview>();
  private marks = new Map<string, Mark>();
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly conversations: ConversationRepository,
    private readonly members: MemberRepository,
  ) {}

  /** Notes that a message was kept. */
  note(conversationId: string, message: Preview): void {
    if (this.heads.size >= MOST) return;
    if ((this.heads.get(conversationId)?.seq ?? 0) < message.seq) this.heads.set(conversationId, message);
    this.mark({ conversationId, userId: message.senderId, seq: message.seq });
    this.timer ??= setTimeout(() => {
      this.writing = this.writing.then(() => this.write());
    }, COALESCE_MS);
  }

  /** Resolves when everything noted so far is written, or has failed once. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    await this.writing;
    await this.write();
  }

  private mark(mark: Mark): void {
    const key = `${mark.conversationId}${mark.userId}`;
    if ((this.marks.get(key)?.seq ?? 0) < mark.seq) this.marks.set(key, mark);
  }

  private async write(): Promise<void> {
    this.timer = undefined;
    const { heads, marks } = this;
    if (heads.size === 0) return;
    this.heads = new Map();
    this.marks = new Map();
    try {
      await Promise.all([this.conversations.writeHeads(heads), this.members.readMany([...marks.values()])]);
    } catch (error) {
      this.log.warn({ err: error, conversations: heads.size }, 'writing heads failed; trying again');
      for (const [id, head] of heads) this.note(id, head);
      for (const mark of marks.values()) this.mark(mark);
    }
  }
}
