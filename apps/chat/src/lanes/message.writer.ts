import { Injectable, Logger } from '@nestjs/common';
import { AppError } from '@app/common/errors/app-error.js';
import { Metrics } from '@app/common/metrics/metrics.js';
import type { Counter, Histogram } from '@app/common/metrics/series.js';
import { isMongoAway } from '@app/common/mongo/away.js';
import { type About, childSpan, currentSpan, type Span, spanningAll } from '@app/common/tracing/tracing.js';
import { KeptBefore } from './kept-before.js';
import type { Lane, Waiting, Written } from './lane.js';
import { LaneForwarder } from './lane.forwarder.js';
import { laneMetrics } from './lane.metrics.js';
import { Lanes } from './lanes.js';
import { Unsettled } from './unsettled.js';
import { MembershipWriter } from '../membership/membership.writer.js';
import type { Inserted } from '../messages/insert.rules.js';
import { MessageRepository } from '../messages/message.repository.js';
import { type Draft, type KeptMessage, placed } from '../messages/message.rules.js';

/** Batches under way at once: the next one fills meanwhile, without timers. */
const FLIGHTS = 2;
/** Messages of one flight. */
const BATCH = 64;
/** From here on a lane flies alone, as one ordered run; below, a run costs more than it saves. */
const RUN_FROM = 4;
const WAITING_OF_LANE = 1000;
const WAITING_OF_NODE = 10_000;
const TRIES = 100;

const INSERTING: About = {
  name: 'insert messages',
  kind: 'client',
  attributes: {
    'db.system.name': 'mongodb',
    'db.operation.name': 'insert',
    'db.collection.name': 'messages',
  },
};

interface Seat {
  lane: Lane;
  waiting: Waiting;
  message: KeptMessage;
}

/**
 * Gives messages their places and keeps them: whatever waits shares one round trip. Places are taken optimistically,
 * head + 1 under the unique index; who clashes reads the head and tries again, or leaves it to the conversation's owner.
 */
@Injectable()
export class MessageWriter {
  private readonly log = new Logger(MessageWriter.name);
  /** Lanes that may fly, the longest waiting first. */
  private readonly ready = new Set<Lane>();
  private readonly kept: Record<'new' | 'again', Counter>;
  private readonly sizes: Histogram;
  private flights = 0;
  private waitingCount = 0;
  private scheduled = false;
  private closed = false;

  constructor(
    private readonly lanes: Lanes,
    private readonly messages: MessageRepository,
    private readonly membership: MembershipWriter,
    private readonly keptBefore: KeptBefore,
    private readonly forwarder: LaneForwarder,
    private readonly unsettled: Unsettled,
    metrics: Metrics,
  ) {
    const { kept, flights, waiting } = metrics.of(laneMetrics);
    this.kept = { new: kept.with({ outcome: 'new' }), again: kept.with({ outcome: 'again' }) };
    this.sizes = flights;
    waiting.reads(() => this.waitingCount);
    forwarder.start((lane) => this.offer(lane));
  }

  /**
   * Resolves when the message is kept for good. Rejects with `UNAVAILABLE` when that is unknown, with `NOT_A_MEMBER` after a
   * clash that says so. A message that another node forwards brings its id.
   */
  append(lane: Lane, draft: Draft, foreignId?: string): Promise<Written> {
    const isFull = lane.waiting.length + lane.away.size >= WAITING_OF_LANE || this.waitingCount >= WAITING_OF_NODE;
    if (isFull || (this.closed && foreignId === undefined)) return Promise.reject(unavailable());
    return new Promise<Written>((resolve, reject) => {
      this.waitingCount++;
      const waiting: Waiting = {
        id: foreignId ?? this.messages.newId(),
        draft,
        tries: 0,
        foreign: foreignId !== undefined,
        unsure: false,
        span: currentSpan(),
        written: (outcome) => {
          this.waitingCount--;
          resolve(outcome);
        },
        refused: (error) => {
          this.waitingCount--;
          // What another node forwarded is that node's to look for; a change of membership is told by the next one.
          if (waiting.unsure && !waiting.foreign && !draft.system) this.unsettled.add(waiting.id, lane);
          reject(error);
        },
      };
      lane.waiting.push(waiting);
      this.offer(lane);
    });
  }

  /** Takes no new words of this node's own people any more: under load it would never be idle. Others may still forward. */
  close(): void {
    this.closed = true;
  }

  /** Resolves when nothing waits or flies any more. */
  async idle(): Promise<void> {
    while (this.waitingCount > 0) await new Promise((resolve) => setImmediate(resolve));
  }

  private offer(lane: Lane): void {
    if (lane.flying || lane.waiting.length === 0 || this.forwarder.takes(lane)) return;
    if (lane.stale) return void this.refresh(lane);
    // What is with the owner comes first.
    if (lane.away.size === 0) this.ready.add(lane);
    this.depart();
  }

  private depart(): void {
    if (this.scheduled || this.ready.size === 0 || this.flights >= FLIGHTS) return;
    this.scheduled = true;
    // Everything that arrived in this turn of the event loop shares the flight.
    setImmediate(() => {
      this.scheduled = false;
      while (this.flights < FLIGHTS && this.ready.size > 0) void this.fly();
    });
  }

  private async fly(): Promise<void> {
    const seats = this.board();
    if (seats.length === 0) return;
    const lanes = new Set(seats.map(({ lane }) => lane));
    this.flights++;
    this.sizes.observe(seats.length);
    for (const lane of lanes) lane.flying = true;
    try {
      this.settle(seats, await spanningAll(spansOf(seats), () => this.keep(seats)));
    } catch (error) {
      this.log.warn({ err: error, messages: seats.length }, 'keeping messages failed; the outcome is unknown');
      for (const { lane, waiting } of seats) {
        lane.doubt();
        waiting.unsure = true;
        waiting.refused(unavailable(error));
      }
      // Whoever waits has waited as long, and MongoDB would let the next flight wait again.
      if (isMongoAway(error))
        for (const lane of [...lanes, ...this.ready]) this.dismiss(lane, () => true, unavailable(error));
    }
    this.flights--;
    for (const lane of lanes) {
      lane.flying = false;
      this.offer(lane);
    }
    this.depart();
  }

  private async keep(seats: Seat[]): Promise<(Inserted | AppError)[]> {
    const [{ lane, message }] = seats as [Seat];
    if (message.system) return [await this.membership.keep(lane, message)];
    const ordered = seats.length > 1 && seats.every((seat) => seat.lane === lane);
    return this.messages.insert(
      seats.map((seat) => seat.message),
      ordered,
    );
  }

  /** One ordered run of a lane where much waits, or the first message of each of many lanes. A change of membership goes alone. */
  private board(): Seat[] {
    for (const lane of this.ready) {
      if (!lane.stale && lane.waiting.length > 0) continue;
      // Meanwhile it was forwarded, or its members have changed.
      this.ready.delete(lane);
      this.offer(lane);
    }
    const [first] = this.ready;
    const alone = first !== undefined && isLone(first);
    const lanes = alone ? [first] : [...this.ready].filter((lane) => !isLone(lane)).slice(0, BATCH);
    const now = Date.now();
    return lanes.flatMap((lane) => {
      this.ready.delete(lane);
      let { head } = lane;
      return lane.waiting.splice(0, alone ? runOf(lane) : 1).map((waiting) => {
        const message = placed(waiting.draft, { id: waiting.id, head, now });
        head = { seq: message.seq, at: message.createdAt.getTime() };
        return { lane, waiting, message };
      });
    });
  }

  private settle(seats: Seat[], outcomes: (Inserted | AppError)[]): void {
    const back: Seat[] = [];
    seats.forEach((seat, index) => {
      const { lane, waiting, message } = seat;
      const outcome = outcomes[index];
      if (outcome instanceof AppError) return waiting.refused(outcome);
      switch (outcome) {
        case 'kept':
          lane.raise({ seq: message.seq, at: message.createdAt.getTime() });
          lane.clashes = { ...lane.clashes, inRow: 0 };
          this.kept.new.inc();
          // Whoever waits behind it may not be a member any more.
          if (message.system) lane.doubt();
          return waiting.written({ message, again: false });
        case 'kept-before':
          this.kept.again.inc();
          return void this.keptBefore.answer(waiting);
        case 'seq-taken':
          // A head that was raised meanwhile came from a node that knows the same members: nothing need be read anew.
          if (lane.head.seq < message.seq) lane.doubt();
          waiting.tries++;
          this.forwarder.clash(lane);
          return back.push(seat);
        default:
          return back.push(seat);
      }
    });
    // In their order, and before what came later.
    for (const { lane, waiting } of back.reverse()) lane.waiting.unshift(waiting);
  }

  /** A lane that clashed reads where it stands and who is in it before it flies again. */
  private async refresh(lane: Lane): Promise<void> {
    lane.flying = true;
    try {
      await this.lanes.renew(lane);
      this.dismiss(lane, ({ draft }) => !lane.members.has(draft.senderId), new AppError('NOT_A_MEMBER'));
      this.dismiss(lane, ({ tries }) => tries > TRIES, unavailable());
    } catch (cause) {
      this.dismiss(lane, () => true, unavailable(cause));
    }
    lane.flying = false;
    this.offer(lane);
  }

  private dismiss(lane: Lane, which: (waiting: Waiting) => boolean, error: AppError): void {
    const stay = lane.waiting.filter((waiting) => !which(waiting));
    // A refusal is a promise that it is not kept; of what an owner may have kept nobody can promise that.
    for (const waiting of lane.waiting.filter(which)) waiting.refused(waiting.unsure ? unavailable(error) : error);
    lane.waiting.splice(0, lane.waiting.length, ...stay);
  }
}

/** Each traced message has its own span of the round trip that it shares. */
function spansOf(seats: Seat[]): Span[] {
  return seats.flatMap(({ waiting: { span } }) => {
    const insert = span && childSpan(INSERTING, span);
    insert?.note({ 'db.operation.batch.size': seats.length });
    return insert ?? [];
  });
}

/** True for a lane that flies alone: much waits in it, or a change of membership is next. */
function isLone({ waiting }: Lane): boolean {
  return waiting.length >= RUN_FROM || waiting[0]?.draft.system !== undefined;
}

/** How many of what waits fly together: all up to the next change of membership, which flies by itself. */
function runOf({ waiting }: Lane): number {
  const change = waiting.slice(0, BATCH).findIndex(({ draft }) => draft.system);
  return change === -1 ? BATCH : Math.max(1, change);
}

function unavailable(cause?: unknown): AppError {
  return new AppError('UNAVAILABLE', { retryAfterMs: 1000, ...(cause !== undefined && { cause }) });
}
