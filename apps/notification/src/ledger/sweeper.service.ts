import { randomUUID } from 'node:crypto';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { CheckpointRepository, type Hold } from '@app/common/events/checkpoint.repository.js';
import { idAt } from '@app/common/events/id-time.js';
import { MessageLogRepository } from '@app/common/events/message-log.repository.js';
import { Repeating } from '@app/common/events/repeating.js';
import { Metrics } from '@app/common/metrics/metrics.js';
import { PACE, type Pace } from '../pace.js';
import { AttemptRepository, isDatabaseAway } from '../push/attempt.repository.js';
import { PUSH_TTL_MS } from '../push/push.rules.js';
import { IntakeService } from './intake.service.js';
import { ledgerMetrics } from './ledger.metrics.js';
import { LedgerRepository } from './ledger.repository.js';

/** A walk over all messages, so long after they were made. */
interface Walk {
  name: string;
  walk: 'soon' | 'late' | 'last';
  afterMs: number;
}

const PAGE = 500;
const FIRST_LOOK_BACK_MS = 60 * 60 * 1000;
/** A message that cannot be handled holds the walk up this often. */
const MOST_TRIES = 5;

/**
 * Finds the messages that the ledger lacks, and takes them in as if their events had come: no push hangs on Redis. Each
 * message is looked for several times, ever later, as an id may turn up behind an earlier walk: from a transaction that
 * took long, or from a chat node whose clock is slow. What is old enough is said by MongoDB's clock, never by this one's.
 */
@Injectable()
export class SweeperService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger(SweeperService.name);
  private readonly holder = randomUUID();
  private readonly failures = new Map<string, number>();
  private readonly walks: Walk[];
  private readonly loop: Repeating;
  private readonly counts;

  constructor(
    private readonly checkpoints: CheckpointRepository,
    private readonly messages: MessageLogRepository,
    private readonly ledger: LedgerRepository,
    private readonly intake: IntakeService,
    private readonly attempts: AttemptRepository,
    @Inject(PACE) private readonly pace: Pace,
    metrics: Metrics,
  ) {
    this.counts = metrics.of(ledgerMetrics);
    const { sweepSoonMs, sweepLateMs, sweepLastMs, sweepEveryMs } = pace;
    this.walks = [
      { name: 'notification:soon', walk: 'soon', afterMs: sweepSoonMs },
      { name: 'notification:late', walk: 'late', afterMs: sweepLateMs },
      { name: 'notification:last', walk: 'last', afterMs: sweepLastMs },
    ];
    this.loop = new Repeating({
      does: () => this.sweepAll(),
      everyMs: sweepEveryMs,
      failed: (error) => {
        this.counts.failures.inc();
        this.log.warn({ err: error }, 'looking for unheard messages failed; trying again');
      },
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.attempts.ready();
    this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
    await Promise.all(this.walks.map((walk) => this.checkpoints.release(this.holdOf(walk)))).catch(() => undefined);
  }

  private async sweepAll(): Promise<boolean> {
    for (const walk of this.walks) await this.sweep(walk);
    return false;
  }

  private holdOf({ name }: Walk): Hold {
    return { walk: name, holder: this.holder, leaseMs: this.pace.sweepLeaseMs };
  }

  /** Walks from the checkpoint up to what is old enough, a page at a time, while no other worker does. */
  private async sweep(walk: Walk): Promise<void> {
    const hold = this.holdOf(walk);
    await this.checkpoints.begin(hold.walk, idAt(Date.now() - FIRST_LOOK_BACK_MS));
    const mark = await this.checkpoints.take(hold);
    if (!mark) return;
    const { now } = mark;
    const expired = idAt(now - PUSH_TTL_MS);
    let after = mark.at > expired ? mark.at : expired;
    while (this.loop.running) {
      const ids = await this.messages.ids({ after, before: idAt(now - walk.afterMs) }, PAGE);
      const [last] = ids.slice(-1);
      if (last === undefined) return this.counts.sweeps.with({ walk: walk.walk }).inc();
      if (!(await this.makeUp(ids)) || !(await this.checkpoints.advance(hold, { at: last }))) return;
      after = last;
    }
  }

  /** Takes in what the ledger lacks of these; false when some of it must be tried again. */
  private async makeUp(ids: string[]): Promise<boolean> {
    const finished = await this.ledger.finished(ids);
    const missing = ids.filter((id) => !finished.has(id));
    if (missing.length === 0 || (await this.taken(missing))) return true;
    // One by one: a message that cannot be handled holds up no other.
    let all = true;
    for (const id of missing) if (!(await this.taken([id]))) all = (await this.givenUp(id)) && all;
    return all;
  }

  private async taken(ids: string[]): Promise<boolean> {
    try {
      const told = (await this.messages.told(ids)).filter(({ message }) => message.deletedAt === undefined);
      await this.intake.take(told.map((data) => ({ id: data.message._id, data })));
      this.counts.found.inc(told.length);
      if (told.length > 0) this.log.warn({ messages: told.length }, 'messages whose events did not come are taken in');
      return true;
    } catch (error) {
      if (isDatabaseAway(error)) throw error;
      this.log.warn({ err: error, messages: ids.length }, 'taking in messages failed');
      return false;
    }
  }

  private async givenUp(id: string): Promise<boolean> {
    const tries = (this.failures.get(id) ?? 0) + 1;
    this.failures.set(id, tries);
    if (tries < MOST_TRIES) return false;
    this.failures.delete(id);
    this.counts.givenUp.inc();
    this.log.error({ messageId: id }, 'a message is given up: its pushes cannot be decided');
    await this.ledger.add([id], new Date());
    return true;
  }
}
