import { randomUUID } from 'node:crypto';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { CheckpointRepository, type Hold, type Mark } from '@app/common/events/checkpoint.repository.js';
import { idAt, timeOf } from '@app/common/events/id-time.js';
import { Repeating } from '@app/common/events/repeating.js';
import { keys } from '@app/common/redis/keys.js';
import { REDIS } from '@app/common/redis/redis.module.js';
import { AgainService } from './again.service.js';
import { EventOutlet } from './event.outlet.js';
import { PUBLISHING_PACE, type PublishingPace } from './pace.js';

const WALK = 'chat:published';
const EPOCH_KEPT_MS = 7 * 24 * 60 * 60 * 1000;

/**
 * At once, as data that is lost between a look and a new number would never be missed. Answers 0, and leaves all as it is,
 * where Redis knows less than MongoDB. KEYS[1] epoch, ARGV: what MongoDB remembers, the new number, its life in ms.
 */
const RAISE = `
local known = tonumber(redis.call('GET', KEYS[1]) or '0')
if known < tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
`;

/**
 * Finds out since when Redis may lack events (it was away, it lost its data, a node died or dropped some), and has them
 * published again from what MongoDB keeps. One node at a time.
 */
@Injectable()
export class Replay implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger(Replay.name);
  private readonly began = Date.now();
  private readonly hold: Hold;
  private readonly loop: Repeating;

  constructor(
    private readonly checkpoints: CheckpointRepository,
    private readonly again: AgainService,
    private readonly outlet: EventOutlet,
    @Inject(REDIS) private readonly redis: Redis,
    @Inject(PUBLISHING_PACE) private readonly pace: PublishingPace,
  ) {
    this.hold = { walk: WALK, holder: randomUUID(), leaseMs: pace.leaseMs };
    this.loop = new Repeating({
      does: () => this.tick(),
      everyMs: pace.tickMs,
      failed: (error) => this.log.warn({ err: error }, 'looking whether all events are published failed; trying again'),
    });
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
    await this.checkpoints.release(this.hold).catch(() => undefined);
  }

  /** True when there is more to publish at once. */
  private async tick(): Promise<boolean> {
    await this.checkpoints.begin(WALK, idAt(this.began));
    await this.noteMissed();
    const mark = await this.checkpoints.take(this.hold);
    if (!mark) return false;
    const stamp = Math.max(mark.now, mark.stamp + 1);
    // Redis first: where it has more than MongoDB remembers, nothing is lost.
    const raise = this.redis.eval(RAISE, 1, keys.eventEpoch(), mark.stamp, stamp, EPOCH_KEPT_MS);
    const isWhole = (await this.outlet.patiently(raise)) === 1;
    const back = earliest(mark.back, this.lostSince(mark, isWhole));
    const at = idAt(mark.now - this.pace.settledMs);
    if (!(await this.checkpoints.advance(this.hold, { at, stamp, ...(back !== undefined && { back }) }))) return false;
    // Only now that MongoDB knows of the loss.
    if (!isWhole) await this.outlet.patiently(this.redis.set(keys.eventEpoch(), stamp, 'PX', EPOCH_KEPT_MS));
    if (back !== undefined) {
      await this.again.ask(back);
      await this.checkpoints.caughtUp(this.hold, { back, asked: mark.asked });
    }
    return this.again.some(this.hold);
  }

  /** What this node knows to be missing is for whoever looks; while MongoDB is away it stays with this node. */
  private async noteMissed(): Promise<void> {
    const missed = this.outlet.takeMissed();
    if (missed === undefined) return;
    try {
      await this.checkpoints.goBack(WALK, idAt(missed));
    } catch (error) {
      this.outlet.suspect(missed);
      throw error;
    }
  }

  /** From where Redis lacks events, by what it remembers itself and by how old the checkpoint is. */
  private lostSince({ at, now }: Mark, isWhole: boolean): string | undefined {
    if (!isWhole) return idAt(timeOf(at) - this.pace.unreadMs);
    return now - timeOf(at) > this.pace.settledMs + this.pace.staleMs ? at : undefined;
  }
}

function earliest(...ids: (string | undefined)[]): string | undefined {
  return ids.filter((id) => id !== undefined).toSorted()[0];
}
