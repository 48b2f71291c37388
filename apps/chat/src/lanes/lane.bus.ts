import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { keys } from '@app/common/redis/keys.js';
import type { ErrorCode } from '@app/contracts/errors.js';
import { NODE_ID } from '../env.js';
import type { Draft } from '../messages/message.rules.js';

/** Injection token of the two connections over which nodes speak of lanes. */
export const LANE_REDIS = Symbol('LANE_REDIS');

/** How long Redis may take to say that this node hears of lanes no more. */
const DEAFEN_MS = 1000;

/** Messages for a conversation's owner, in their order. */
export interface AppendSaid {
  kind: 'append';
  from: string;
  conversationId: string;
  /** Where it is traced, each with its place in its trace. */
  drafts: [id: string, draft: Draft, traceparent?: string][];
}

/** What became of forwarded messages, by their ids. */
export interface AnswerSaid {
  kind: 'answer';
  kept: [id: string, seq: number, at: number, membershipSeq: number][];
  /** Their index says that they are kept already; whoever sent them looks. */
  keptBefore: string[];
  refused: [id: string, code: ErrorCode][];
}

/** An owner's word that others forward what they have for a conversation. */
interface MineSaid {
  kind: 'mine';
  from: string;
  conversationId: string;
}

/** The members of a conversation have changed, by the message of this `seq`. */
interface MembersSaid {
  kind: 'members';
  conversationId: string;
  membershipSeq: number;
}

export type LaneSaid = AppendSaid | AnswerSaid | MineSaid | MembersSaid;

/** How nodes speak of lanes: Redis channels, one for each node and one for all. What is said may be lost. */
@Injectable()
export class LaneBus {
  private readonly log = new Logger(LaneBus.name);

  constructor(
    @Inject(LANE_REDIS) private readonly redis: { pub: Redis; sub: Redis },
    @Inject(NODE_ID) private readonly nodeId: string,
  ) {}

  /** True while this node can speak and be answered. */
  get up(): boolean {
    return this.redis.pub.status === 'ready' && this.redis.sub.status === 'ready';
  }

  listen(hear: (said: LaneSaid) => void): void {
    const { sub } = this.redis;
    sub.on('message', (_channel: string, text: string) => {
      try {
        hear(JSON.parse(text) as LaneSaid);
      } catch (error) {
        this.log.warn({ err: error }, 'what another node said of a lane was not understood');
      }
    });
    // It waits until Redis is there, and is renewed by the client after an outage.
    sub.subscribe(keys.lanesOf(this.nodeId), keys.lanes(), keys.laneAnswers(this.nodeId)).catch((error: unknown) => {
      this.log.warn({ err: error }, 'this node does not hear of lanes');
    });
  }

  /** Sends messages to their owner; answers whether it was there to hear it. */
  async append(owner: string, said: AppendSaid): Promise<boolean> {
    return (await this.redis.pub.publish(keys.lanesOf(owner), JSON.stringify(said))) > 0;
  }

  async answer(node: string, said: AnswerSaid): Promise<void> {
    await this.redis.pub.publish(keys.laneAnswers(node), JSON.stringify(said));
  }

  async claim(said: MineSaid): Promise<void> {
    await this.redis.pub.publish(keys.lanes(), JSON.stringify(said));
  }

  /** Says on every node, whether sockets of the conversation are there or not, that its members have changed. */
  membersChanged(conversationId: string, membershipSeq: number): void {
    const said: MembersSaid = { kind: 'members', conversationId, membershipSeq };
    // Lost, it is found out at the next write; whoever only reads is looked up each time.
    this.redis.pub.publish(keys.lanes(), JSON.stringify(said)).catch(() => undefined);
  }

  /** Hears answers only, so that others no longer forward to this node. A Redis that hangs is not waited for. */
  async deafen(): Promise<void> {
    const { sub } = this.redis;
    if (sub.status !== 'ready') return;
    const deaf = sub.unsubscribe(keys.lanesOf(this.nodeId), keys.lanes()).catch(() => undefined);
    await Promise.race([deaf, pause(DEAFEN_MS, undefined, { ref: false })]);
  }

  close(): void {
    this.redis.pub.disconnect();
    this.redis.sub.disconnect();
  }
}
