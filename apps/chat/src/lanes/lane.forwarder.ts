import { Injectable, Logger } from '@nestjs/common';
import { AppError } from '@app/common/errors/app-error.js';
import { type Instruments, Metrics } from '@app/common/metrics/metrics.js';
import { clashed } from './contention.rules.js';
import { KeptBefore } from './kept-before.js';
import type { Lane, Waiting } from './lane.js';
import { type AnswerSaid, type AppendSaid, LaneBus } from './lane.bus.js';
import { laneMetrics } from './lane.metrics.js';
import { Owners } from './owners.js';

/** How long a lane is forwarded after its last use. */
const FORWARD_MS = 10_000;
/** How long it is after a single clash: the next try may clash again, and the owner's turn costs less than to read anew. */
const BRIEF_MS = 1000;
/** How long an owner may take to answer. */
const PATIENCE_MS = 1000;
const LOOK_MS = 100;
const COUNT_MS = 10_000;
/** Messages of one packet on the bus. */
const PACKET = 64;

/** Sends what waits in a contended lane to the conversation's owner, in order, and takes it back when nobody answers. */
@Injectable()
export class LaneForwarder {
  private readonly log = new Logger(LaneForwarder.name);
  private readonly outgoing = new Set<Lane>();
  private readonly lanesOfAway = new Map<string, Lane>();
  private readonly abroad = new Set<Lane>();
  private readonly timers: NodeJS.Timeout[] = [];
  /** Places lost to other nodes, messages sent to an owner, and those of them taken back. */
  readonly counts: Pick<Instruments<typeof laneMetrics>, 'clashes' | 'forwarded' | 'takenBack'>;
  private counted = { clashes: 0, forwarded: 0, takenBack: 0 };
  private free: (lane: Lane) => void = () => undefined;

  constructor(
    private readonly owners: Owners,
    private readonly bus: LaneBus,
    private readonly keptBefore: KeptBefore,
    metrics: Metrics,
  ) {
    this.counts = metrics.of(laneMetrics);
  }

  /** Calls `free` when a lane has nothing away any more, so that what waits in it may go on. */
  start(free: (lane: Lane) => void): void {
    this.free = free;
    this.timers.push(setInterval(() => this.takeBackLate(), LOOK_MS).unref());
    this.timers.push(setInterval(() => this.report(), COUNT_MS).unref());
  }

  stop(): void {
    for (const timer of this.timers) clearInterval(timer);
  }

  /** Notes that a lane lost a place. It is forwarded, a contended one for longer; its owner claims a contended one. */
  clash(lane: Lane): void {
    this.counts.clashes.inc();
    const { clashes, contended } = clashed(lane.clashes, Date.now());
    lane.clashes = clashes;
    const mine = this.owners.of(lane.conversationId) === this.owners.self;
    if (!mine) return this.forward(lane, contended ? FORWARD_MS : BRIEF_MS);
    if (!contended || !this.bus.up) return;
    const { conversationId } = lane;
    this.bus.claim({ kind: 'mine', from: this.owners.self, conversationId }).catch(() => undefined);
  }

  /** An owner says that it wants what this node has for its conversation. */
  claimed(lane: Lane, by: string): void {
    if (by === this.owners.of(lane.conversationId)) lane.ownUntil = 0;
    this.forward(lane, FORWARD_MS);
  }

  /** True when what waits in a lane is for its owner; it is sent then. False when it is this node's to write. */
  takes(lane: Lane): boolean {
    if (lane.forwardUntil === 0 || !this.ownerOf(lane)) return false;
    if (this.outgoing.size === 0) setImmediate(() => this.depart());
    this.outgoing.add(lane);
    return true;
  }

  /** Takes over what the owner has done. */
  answered({ kept, keptBefore, refused }: AnswerSaid): void {
    for (const [id, seq, at, membershipSeq] of kept) {
      this.settle(id, (waiting, lane) => {
        lane.raise({ seq, at }, membershipSeq);
        waiting.written({ message: { ...waiting.draft, id, seq, createdAt: new Date(at) }, again: false });
      });
    }
    for (const id of keptBefore) this.settle(id, (waiting) => void this.keptBefore.answer(waiting));
    for (const [id, code] of refused) {
      const error = new AppError(code, code === 'UNAVAILABLE' ? { retryAfterMs: 1000 } : {});
      this.settle(id, (waiting) => {
        waiting.unsure ||= code === 'UNAVAILABLE';
        waiting.refused(error);
      });
    }
  }

  private forward(lane: Lane, forMs: number): void {
    const now = Date.now();
    if (lane.ownUntil > now || lane.waiting.some(({ foreign }) => foreign)) return;
    lane.forwardUntil = Math.max(lane.forwardUntil, now + forMs);
  }

  private ownerOf(lane: Lane): string | undefined {
    if (lane.forwardUntil <= Date.now() || !this.bus.up) return undefined;
    const owner = this.owners.of(lane.conversationId);
    return owner === this.owners.self ? undefined : owner;
  }

  private depart(): void {
    const lanes = [...this.outgoing];
    this.outgoing.clear();
    for (const lane of lanes) {
      const owner = this.ownerOf(lane);
      // What another owner still has is answered before the next one gets anything: the order is kept.
      if (lane.flying || (lane.away.size > 0 && lane.awayTo !== owner)) continue;
      if (owner === undefined) this.free(lane);
      else while (lane.waiting.length > 0) this.send(lane, owner);
    }
  }

  private send(lane: Lane, owner: string): void {
    const now = Date.now();
    const packet = lane.waiting.splice(0, PACKET);
    for (const waiting of packet) {
      lane.away.set(waiting.id, { waiting, sentAt: now });
      this.lanesOfAway.set(waiting.id, lane);
    }
    lane.awayTo = owner;
    // What is forwarded briefly is not prolonged: only a second clash says that it is contended.
    if (lane.forwardUntil > now + BRIEF_MS) lane.forwardUntil = now + FORWARD_MS;
    this.abroad.add(lane);
    this.counts.forwarded.inc(packet.length);
    const { conversationId } = lane;
    const drafts = packet.map(({ id, draft, span }): AppendSaid['drafts'][number] =>
      span ? [id, draft, span.traceparent] : [id, draft],
    );
    this.bus.append(owner, { kind: 'append', from: this.owners.self, conversationId, drafts }).then(
      (heard) => heard || this.takeBackFrom(owner),
      () => this.takeBackFrom(owner),
    );
  }

  private settle(id: string, as: (waiting: Waiting, lane: Lane) => void): void {
    const lane = this.lanesOfAway.get(id);
    const away = lane?.away.get(id);
    // Not here any more: it was taken back, and this node found out by itself.
    if (!lane || !away) return;
    this.lanesOfAway.delete(id);
    lane.away.delete(id);
    as(away.waiting, lane);
    if (lane.away.size === 0) this.release(lane);
  }

  private takeBackLate(): void {
    const since = Date.now() - PATIENCE_MS;
    for (const lane of [...this.abroad]) {
      const [oldest] = lane.away.values();
      if (oldest && oldest.sentAt <= since) this.takeBackFrom(lane.awayTo);
    }
  }

  /** An owner is gone or silent: everything that it has comes back, and this node writes it, in the order it was said. */
  private takeBackFrom(owner: string): void {
    this.owners.silence(owner);
    for (const lane of [...this.abroad].filter(({ awayTo }) => awayTo === owner)) {
      const back = [...lane.away.values()].map(({ waiting }) => waiting);
      this.counts.takenBack.inc(back.length);
      for (const waiting of back) {
        waiting.unsure = true;
        this.lanesOfAway.delete(waiting.id);
      }
      lane.away.clear();
      lane.waiting.unshift(...back);
      lane.forwardUntil = 0;
      lane.doubt();
      this.release(lane);
    }
  }

  private release(lane: Lane): void {
    this.abroad.delete(lane);
    this.free(lane);
  }

  private report(): void {
    const { counts, counted: before } = this;
    const now = {
      clashes: counts.clashes.total,
      forwarded: counts.forwarded.total,
      takenBack: counts.takenBack.total,
    };
    if (now.clashes === before.clashes && now.forwarded === before.forwarded) return;
    this.counted = now;
    const since = {
      clashes: now.clashes - before.clashes,
      forwarded: now.forwarded - before.forwarded,
      takenBack: now.takenBack - before.takenBack,
    };
    this.log.log(since, 'nodes contend for conversations');
  }
}
