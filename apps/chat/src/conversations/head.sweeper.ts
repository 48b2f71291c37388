import { randomUUID } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { CheckpointRepository } from '@app/common/events/checkpoint.repository.js';
import { idAt, timeOf } from '@app/common/events/id-time.js';
import type { Preview } from '@app/contracts/shapes.js';
import { MessageRepository, type Place } from '../messages/message.repository.js';
import { asPreview } from '../messages/message.rules.js';
import { ConversationRepository } from './conversation.repository.js';
import { type Mark, MemberRepository } from './member.repository.js';

const WALK = 'chat:heads';
const EVERY_MS = 30_000;
const PAGE = 1000;
/** A head is written half a second after its message; what is this old and not written was lost. */
const SETTLED_MS = 10_000;
/** Ids of slow clocks and slow inserts sort behind their time: with what settles, as much as twenty seconds. */
const OVERLAP_MS = 10_000;

/** Repairs what a node that died had not written yet: walks the newest messages, and brings heads that lag behind them. */
@Injectable()
export class HeadSweeper {
  private readonly log = new Logger(HeadSweeper.name);
  private readonly hold = { walk: WALK, holder: randomUUID(), leaseMs: 2 * EVERY_MS };
  private timer: NodeJS.Timeout | undefined;
  private sweeping: Promise<void> = Promise.resolve();

  constructor(
    private readonly checkpoints: CheckpointRepository,
    private readonly messages: MessageRepository,
    private readonly conversations: ConversationRepository,
    private readonly members: MemberRepository,
  ) {}

  start(): void {
    this.timer = setInterval(() => {
      this.sweeping = this.sweep(Date.now()).catch((error: unknown) =>
        this.log.warn({ err: error }, 'repairing heads failed; trying again'),
      );
    }, EVERY_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.sweeping;
    await this.checkpoints.release(this.hold).catch(() => undefined);
  }

  /** Brings every head up to its messages of before `now`; does nothing while another node is at it. */
  async sweep(now: number): Promise<void> {
    const before = idAt(now - SETTLED_MS);
    await this.checkpoints.begin(WALK, before);
    const mark = await this.checkpoints.take(this.hold);
    if (!mark) return;
    let after = idAt(timeOf(mark.at) - OVERLAP_MS);
    for (let more = true; more;) {
      const page = await this.messages.placesBetween({ after, before }, PAGE);
      await this.repair(page);
      after = page.at(-1)?.id ?? after;
      more = page.length === PAGE && (await this.checkpoints.advance(this.hold, { at: after }));
    }
    await this.checkpoints.advance(this.hold, { at: before });
  }

  private async repair(page: readonly Place[]): Promise<void> {
    const latest = new Map<string, number>();
    const marks = new Map<string, Mark>();
    for (const { conversationId, senderId: userId, seq } of page) {
      latest.set(conversationId, Math.max(seq, latest.get(conversationId) ?? 0));
      const mark = marks.get(`${conversationId}${userId}`);
      marks.set(`${conversationId}${userId}`, { conversationId, userId, seq: Math.max(seq, mark?.seq ?? 0) });
    }
    const heads = new Map<string, Preview>();
    for (const conversationId of await this.conversations.headsBehind(latest)) {
      const [last] = await this.messages.page(conversationId, Number.MAX_SAFE_INTEGER, 1);
      if (last) heads.set(conversationId, asPreview(last));
      this.log.warn({ conversationId, seq: last?.seq }, 'a head was behind its messages');
    }
    if (heads.size > 0) await this.conversations.repairHeads(heads);
    // Whose marks were lost does not show in the head: somebody else may have written it since.
    if (marks.size > 0) await this.members.readMany([...marks.values()]);
  }
}
