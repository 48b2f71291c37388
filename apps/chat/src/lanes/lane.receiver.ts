import { Injectable, Logger } from '@nestjs/common';
import { AppError } from '@app/common/errors/app-error.js';
import { Metrics } from '@app/common/metrics/metrics.js';
import type { Counter } from '@app/common/metrics/series.js';
import { childSpan, type Span, spanning } from '@app/common/tracing/tracing.js';
import type { ErrorCode } from '@app/contracts/errors.js';
import type { Draft } from '../messages/message.rules.js';
import type { Lane } from './lane.js';
import { type AnswerSaid, type AppendSaid, LaneBus, type LaneSaid } from './lane.bus.js';
import { LaneForwarder } from './lane.forwarder.js';
import { laneMetrics } from './lane.metrics.js';
import { Lanes } from './lanes.js';
import { MessageWriter } from './message.writer.js';

/** How long this node acts as the owner after the last message that was forwarded to it. */
const OWN_MS = 3000;
/** Where a conversation stands that somebody speaks of without saying so. */
const UNKNOWN_HEAD = { seq: 0, at: 0 };
/** What spans say of how it came. */
const LANES = {
  'messaging.system': 'redis',
  'messaging.destination.name': 'lanes',
  'messaging.operation.type': 'process',
};
/** Forwarded messages that wait for their turn; beyond, they are refused at once. */
const MOST = 10_000;

/** Keeps what other nodes forward to this one, as the owner of the conversation, and answers them. */
@Injectable()
export class LaneReceiver {
  private readonly log = new Logger(LaneReceiver.name);
  private readonly turns = new Map<string, Promise<void>>();
  private readonly answers = new Map<string, AnswerSaid>();
  private readonly received: Counter;
  private pending = 0;

  constructor(
    private readonly lanes: Lanes,
    private readonly writer: MessageWriter,
    private readonly forwarder: LaneForwarder,
    private readonly bus: LaneBus,
    metrics: Metrics,
  ) {
    this.received = metrics.of(laneMetrics).received;
  }

  start(): void {
    this.bus.listen((said) => this.hear(said));
  }

  private hear(said: LaneSaid): void {
    if (said.kind === 'append') return this.queue(said);
    if (said.kind === 'answer') return this.forwarder.answered(said);
    if (said.kind === 'members') return this.lanes.raise(said.conversationId, UNKNOWN_HEAD, said.membershipSeq);
    const lane = this.lanes.peek(said.conversationId);
    if (lane) this.forwarder.claimed(lane, said.from);
  }

  /** One packet of a conversation after the other, so that reading who is in it overtakes nobody. */
  private queue(said: AppendSaid): void {
    const { conversationId, from, drafts } = said;
    if (this.pending + drafts.length > MOST) {
      for (const [id] of drafts) this.answerTo(from).refused.push([id, 'UNAVAILABLE']);
      return;
    }
    this.received.inc(drafts.length);
    this.pending += drafts.length;
    const turn = (this.turns.get(conversationId) ?? Promise.resolve()).then(() => this.append(said));
    this.turns.set(conversationId, turn);
    void turn.finally(() => {
      this.pending -= drafts.length;
      if (this.turns.get(conversationId) === turn) this.turns.delete(conversationId);
    });
  }

  private async append({ conversationId, from, drafts }: AppendSaid): Promise<void> {
    const refusals = new Map<string, ErrorCode>();
    for (const userId of new Set(drafts.map(([, { senderId }]) => senderId))) {
      // Whoever writes checks who is a member.
      await this.lanes.of(conversationId, userId).catch((error: unknown) => refusals.set(userId, codeOf(error)));
    }
    const lane = this.lanes.peek(conversationId);
    if (lane) {
      lane.forwardUntil = 0;
      lane.ownUntil = Date.now() + OWN_MS;
    }
    for (const [id, draft, traceparent] of drafts) {
      const refusal = refusals.get(draft.senderId) ?? (lane ? undefined : 'UNAVAILABLE');
      if (!lane || refusal) this.answerTo(from).refused.push([id, refusal ?? 'UNAVAILABLE']);
      else void spanning(spanOf(traceparent), () => this.keep(lane, { id, draft, from }));
    }
  }

  private async keep(lane: Lane, { id, draft, from }: { id: string; draft: Draft; from: string }): Promise<void> {
    try {
      const { message, again } = await this.writer.append(lane, draft, id);
      if (again) this.answerTo(from).keptBefore.push(id);
      else {
        const { membershipSeq } = lane.conversation;
        this.answerTo(from).kept.push([id, message.seq, message.createdAt.getTime(), membershipSeq]);
      }
    } catch (error) {
      this.answerTo(from).refused.push([id, codeOf(error)]);
    }
  }

  /** The answer that a node gets at the end of this turn: what was kept together is answered together. */
  private answerTo(node: string): AnswerSaid {
    const waiting = this.answers.get(node);
    if (waiting) return waiting;
    const answer: AnswerSaid = { kind: 'answer', kept: [], keptBefore: [], refused: [] };
    this.answers.set(node, answer);
    setImmediate(() => {
      this.answers.delete(node);
      // Lost, it is asked for again: the other node writes by itself, and finds what is kept.
      this.bus
        .answer(node, answer)
        .catch((error: unknown) => this.log.warn({ err: error, node }, 'an answer was lost'));
    });
    return answer;
  }
}

/** Another node's message goes on with its trace here. */
function spanOf(traceparent: string | undefined): Span | undefined {
  if (traceparent === undefined) return undefined;
  return childSpan({ name: 'process lanes', kind: 'consumer', attributes: LANES }, traceparent);
}

function codeOf(error: unknown): ErrorCode {
  return error instanceof AppError ? error.code : 'UNAVAILABLE';
}
