import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { CheckpointRepository, type Mark } from '@app/common/events/checkpoint.repository.js';
import { idAt, timeOf } from '@app/common/events/id-time.js';
import { MessageLogRepository } from '@app/common/events/message-log.repository.js';
import { keys } from '@app/common/redis/keys.js';
import { REDIS } from '@app/common/redis/redis.module.js';
import { EventOutlet } from './event.outlet.js';
import { PUBLISHING_PACE, type PublishingPace } from './pace.js';

const WALK = 'chat:published';
const PAGE = 500;
/** Ids of slow clocks and slow inserts sort behind their time. */
const OVERLAP_MS = 60_000;
const EPOCH_KEPT_MS = 7 * 24 * 60 * 60 * 1000;
const NEVER = 'f'.repeat(24);

/**
 * Publishes `message.created` again, marked `replayed`, where Redis may not have it: after Redis was away, after it lost its
 * data, after a node dropped events. One node at a time, from the messages themselves.
 */
@Injectable()
export class Replay implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger(Replay.name);
  private readonly stopping = new AbortController();
  private readonly hold: { walk: string; holder: string; leaseMs: number };
  private loop: Promise<void> | undefined;

  constructor(
    private readonly checkpoints: CheckpointRepository,
    private readonly messages: MessageLogRepository,
    private readonly outlet: EventOutlet,
    @Inject(REDIS) private readonly redis: Redis,
    @Inject(PUBLISHING_PACE) private readonly pace: PublishingPace,
  ) {
    this.hold = { walk: WALK, holder: randomUUID(), leaseMs: pace.leaseMs };
  }

  onApplicationBootstrap(): void {
    this.loop = this.run();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await this.loop;
  }

  private get running(): boolean {
    return !this.stopping.signal.aborted;
  }

  private async run(): Promise<void> {
    const began = Date.now();
    while (this.running) {
      await this.tick(began).catch((error: unknown) =>
        this.log.warn({ err: error }, 'looking whether all events are published failed; trying again'),
      );
      await pause(this.pace.tickMs, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }
    await this.checkpoints.release(this.hold).catch(() => undefined);
  }

  private async tick(began: number): Promise<void> {
    await this.checkpoints.begin(WALK, idAt(began));
    const missed = this.outlet.takeMissed();
    if (missed !== undefined) await this.checkpoints.goBack(WALK, idAt(missed));
    const mark = await this.checkpoints.take(this.hold);
    if (!mark) return;
    const back = earliest(mark.back, await this.lostSince(mark));
    const now = Date.now();
    const stamp = Math.max(now, mark.stamp + 1);
    // Redis first: where it has more than MongoDB remembers, nothing is lost.
    await this.patiently(this.redis.set(keys.eventEpoch(), stamp, 'PX', EPOCH_KEPT_MS));
    const at = idAt(now - this.pace.settledMs);
    const moved = await this.checkpoints.advance(this.hold, { at, stamp, ...(back !== undefined && { back }) });
    if (moved && back !== undefined) await this.publishFrom(back, mark.asked);
  }

  /** From where Redis lacks events, by what it remembers itself and by how old the checkpoint is. */
  private async lostSince({ at, stamp }: Mark): Promise<string | undefined> {
    const known = Number(await this.patiently(this.redis.get(keys.eventEpoch())));
    if (known < stamp) return idAt(timeOf(at) - this.pace.unreadMs);
    return Date.now() - timeOf(at) > this.pace.settledMs + this.pace.staleMs ? at : undefined;
  }

  /** A page at a time, each noted, so that another node goes on where this one ends. */
  private async publishFrom(start: string, asked: number): Promise<void> {
    this.log.warn({ since: new Date(timeOf(start)) }, 'publishing messages again');
    let [from, after, count] = [start, idAt(timeOf(start) - OVERLAP_MS), 0];
    while (this.running) {
      const ids = await this.messages.ids({ after, before: NEVER }, PAGE);
      await this.patiently(this.publish(ids));
      count += ids.length;
      after = ids.at(-1) ?? after;
      const done = ids.length < PAGE;
      const to = after > from ? after : from;
      // Somebody asked for more meanwhile: the next tick begins there.
      if (!(await this.checkpoints.caughtUp(this.hold, { back: from, asked }, done ? undefined : to))) return;
      if (done) return this.log.log({ events: count }, 'published messages again');
      await this.checkpoints.advance(this.hold, {});
      from = to;
    }
  }

  private async publish(ids: string[]): Promise<void> {
    const told = await this.messages.told(ids);
    await Promise.all(
      told.map((data) => {
        const { _id: id, createdAt: time } = data.message;
        return this.outlet.now('message.created', { id, subject: data.conversation.id, time, replayed: true, data });
      }),
    );
  }

  /** Commands wait for ever while Redis is away; this does not. */
  private async patiently<T>(asked: Promise<T>): Promise<T> {
    const done = new AbortController();
    const late = pause(this.pace.patienceMs, undefined, { signal: done.signal, ref: false }).then(() => {
      throw new Error('Redis does not answer');
    });
    late.catch(() => undefined);
    try {
      return await Promise.race([asked, late]);
    } finally {
      done.abort();
    }
  }
}

function earliest(...ids: (string | undefined)[]): string | undefined {
  return ids.filter((id) => id !== undefined).toSorted()[0];
}
