import { Injectable, Logger } from '@nestjs/common';
import { Metrics } from '@app/common/metrics/metrics.js';
import { MessageRepository } from '../messages/message.repository.js';
import type { KeptMessage } from '../messages/message.rules.js';
import type { Lane } from './lane.js';
import { laneMetrics } from './lane.metrics.js';

const LOOK_MS = 1000;
/** Looks that MongoDB answers before a message counts as never kept: what it had in hands when it froze comes by then. */
const LOOKS = 10;
/** Messages that are looked for; of more, clients learn by reading history. */
const MOST = 2000;

interface Doubt {
  lane: Lane;
  looks: number;
}

/** Messages that may have been kept without an answer: looks for them, so that they are told though nobody sends them again. */
@Injectable()
export class Unsettled {
  private readonly log = new Logger(Unsettled.name);
  private readonly doubts = new Map<string, Doubt>();
  private timer: NodeJS.Timeout | undefined;
  private tell: (lane: Lane, message: KeptMessage) => Promise<void> = () => Promise.resolve();

  constructor(
    private readonly messages: MessageRepository,
    metrics: Metrics,
  ) {
    metrics.of(laneMetrics).unsettled.reads(() => this.doubts.size);
  }

  /** Calls `tell` for each message that turns out to be kept, once. */
  start(tell: (lane: Lane, message: KeptMessage) => Promise<void>): void {
    this.tell = tell;
  }

  /** Looks for a message from now on. */
  add(id: string, lane: Lane): void {
    if (this.doubts.size >= MOST) return;
    this.doubts.set(id, { lane, looks: 0 });
    this.again();
  }

  /** The lane of a message that nobody has told of yet; whoever takes it tells. */
  take(id: string): Lane | undefined {
    const lane = this.doubts.get(id)?.lane;
    this.doubts.delete(id);
    return lane;
  }

  /** Looks a last time. */
  async stop(): Promise<void> {
    await this.look();
    this.doubts.clear();
    clearTimeout(this.timer);
  }

  private again(): void {
    if (this.doubts.size === 0) return;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.look().finally(() => this.again());
    }, LOOK_MS).unref();
  }

  private async look(): Promise<void> {
    if (this.doubts.size === 0) return;
    try {
      const asked = [...this.doubts];
      const found = await this.messages.findAll(asked.map(([id]) => id));
      // In the order of their places, as they would have been told.
      for (const message of found.toSorted((a, b) => a.seq - b.seq)) {
        const lane = this.take(message.id);
        if (lane) await this.tell(lane, message);
      }
      for (const [id, doubt] of asked) if (++doubt.looks >= LOOKS) this.doubts.delete(id);
    } catch (error) {
      this.log.warn({ err: error, messages: this.doubts.size }, 'messages may be kept that nobody was told of');
    }
  }
}
