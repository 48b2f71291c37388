import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { idAt } from '@app/common/events/id-time.js';
import { Heartbeat } from '@app/common/redis/heartbeat.js';
import { keys } from '@app/common/redis/keys.js';
import { Metrics } from '@app/common/metrics/metrics.js';
import type { Counter } from '@app/common/metrics/series.js';
import { MemberRepository } from '../conversations/member.repository.js';
import { type Retold, type Source, SOURCES } from '../publishing/sources/source.js';
import { FanOut } from './fan-out.js';
import { BUS, type Bus } from './redis-io.adapter.js';
import { socketMetrics } from './socket.metrics.js';

/** Clocks of nodes differ, and an insert takes its time. */
const OVERLAP_MS = 3000;
/** What is older is left to clients, which see the gap and read history. */
const FURTHEST_MS = 10 * 60_000;
/** MongoDB may be away as well. */
const AGAIN_MS = 1000;

/**
 * Tells the sockets of this node what other nodes said while the bus was away: this node did not hear it, or another
 * node could not say it. What is kept is walked from then on; messages that were told are not told again.
 */
@Injectable()
export class CatchUp {
  private readonly log = new Logger(CatchUp.name);
  private readonly speaks: Heartbeat;
  private readonly hears: Heartbeat;
  private readonly told: Counter;
  private deafSince: number | undefined;
  private muteSince: number | undefined;
  private wanted: number | undefined;
  private walking: Promise<void> | undefined;
  private ended = false;

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    @Inject(SOURCES) private readonly sources: readonly Source[],
    private readonly fanOut: FanOut,
    private readonly members: MemberRepository,
    metrics: Metrics,
  ) {
    this.told = metrics.of(socketMetrics).caughtUp;
    this.speaks = new Heartbeat(bus.pub);
    this.hears = new Heartbeat(bus.sub);
  }

  start(): void {
    const { pub, sub } = this.bus;
    pub.on('close', () => (this.muteSince ??= this.speaks.aliveAt));
    sub.on('close', () => (this.deafSince ??= this.hears.aliveAt));
    pub.on('ready', () => this.speaksAgain());
    sub.on('ready', () => void this.hearsAgain());
    sub.on('message', (channel: string, since: string) => {
      if (channel === keys.untold()) void this.since(Number(since));
    });
    sub.subscribe(keys.untold()).catch(() => undefined);
    this.speaks.start();
    this.hears.start();
  }

  /** Resolves when nothing is read any more. */
  async stop(): Promise<void> {
    this.ended = true;
    this.speaks.stop();
    this.hears.stop();
    await this.walking;
  }

  /** Tells again what was kept since then (ms since 1970); asked again meanwhile, it walks once more. */
  async since(from: number): Promise<void> {
    if (this.ended || !Number.isFinite(from)) return;
    this.wanted = Math.min(this.wanted ?? from, from);
    await (this.walking ??= this.walk().finally(() => (this.walking = undefined)));
  }

  /** Everybody else missed what this node said meanwhile. */
  private speaksAgain(): void {
    if (this.muteSince === undefined) return;
    this.bus.pub.publish(keys.untold(), String(this.muteSince)).catch(() => undefined);
    this.muteSince = undefined;
  }

  /** What comes from now on is heard; what came before is read. */
  private async hearsAgain(): Promise<void> {
    if (this.deafSince === undefined) return;
    const since = this.deafSince;
    this.deafSince = undefined;
    await this.fanOut.confirmed();
    await this.since(since);
  }

  private async walk(): Promise<void> {
    while (this.wanted !== undefined && !this.ended) {
      const from = Math.max(this.wanted, Date.now() - FURTHEST_MS) - OVERLAP_MS;
      this.wanted = undefined;
      try {
        let events = 0;
        for (const source of this.sources) events += await this.tellAgain(source, from);
        this.log.log({ since: new Date(from), events }, 'told what was said while the bus was away');
      } catch (error) {
        this.log.warn({ err: error }, 'what was said while the bus was away could not be read; trying again');
        this.wanted = Math.min(this.wanted ?? from + OVERLAP_MS, from + OVERLAP_MS);
        await pause(AGAIN_MS);
      }
    }
  }

  private async tellAgain(source: Source, from: number): Promise<number> {
    let told = 0;
    for (let after: string | undefined = idAt(from); after !== undefined && !this.ended;) {
      const { events, next } = await source.page(after);
      const here = events.filter(({ event }) => this.fanOut.isHeardHere(event.data.conversation.id));
      for (const one of inOrder(here)) this.tell(one, await this.cameLater(one));
      told += here.length;
      this.told.inc(here.length);
      after = next;
    }
    return told;
  }

  /** Who hears the conversation here and came later than the message; of a large group the event does not name everyone. */
  private cameLater({ event: { data } }: Retold): string[] | Promise<string[]> {
    const { conversation, participantIds, participantCount } = data;
    if (participantCount <= participantIds.length) return this.fanOut.othersHere(conversation.id, participantIds);
    return 'message' in data ? this.members.cameAfter(conversation.id, data.message.seq) : [];
  }

  private tell(one: Retold, notTo: string[]): void {
    const { conversation, participantIds, participantCount } = one.event.data;
    const conversationId = conversation.id;
    switch (one.type) {
      case 'message.created': {
        const { message } = one.event.data;
        return this.fanOut.tellHere(one.type, { conversationId, message, membershipSeq: 0, notTo });
      }
      case 'message.updated': {
        const { message, change } = one.event.data;
        return this.fanOut.tellHere(one.type, { conversationId, message, change, notTo });
      }
      case 'message.deleted': {
        const { messageId, change } = one.event.data;
        return this.fanOut.tellHere(one.type, { conversationId, messageId, change, notTo });
      }
      case 'message.read': {
        const { userId, messageIds, upToSeq } = one.event.data;
        return this.fanOut.tellHere(one.type, { conversationId, userId, messageIds, upToSeq });
      }
      case 'conversation.updated': {
        const { addedIds, removedIds } = one.event.data;
        const people = { participantIds, participantCount, addedIds, removedIds };
        return this.fanOut.tellHere(one.type, { conversationId, ...people });
      }
      case 'conversation.created':
        return;
    }
  }
}

/** Messages of a conversation by their places: ids tell no order among nodes. */
function inOrder(events: Retold[]): Retold[] {
  const place = (one: Retold) => (one.type === 'message.created' ? one.event.data.message.seq : 0);
  return events.toSorted((a, b) => place(a) - place(b));
}
