import { Inject, Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { ENV, type SharedEnv } from '../../env/shared.settings.js';
import { Repeating } from '../../events/repeating.js';
import { Rarely } from '../../logging/rarely.js';
import { Metrics } from '../../metrics/metrics.js';
import { patiently } from '../../mongo/patience.js';
import { keys } from '../../redis/keys.js';
import { connectRedis, REDIS } from '../../redis/redis.module.js';
import { watched } from '../../redis/watched.js';
import { type EndedSession, EndedSessionRepository } from './ended-session.repository.js';

/** Together at most four seconds, so that an ended session is known everywhere within five, also without Redis. */
const LOOK_EVERY_MS = 2000;
const PATIENCE_MS = 2000;
/** Endings are read again for so long: one may be seen by a majority later than the next, or have another primary's time. */
const OVERLAP_MS = 30_000;

/** Hears of sessions that have just ended. */
type Hear = (ids: readonly string[]) => void;

/**
 * The sessions that have ended while a token of them may still live, in mind, so that a request costs no look-up. Redis says it at
 * once; what it lost is read from MongoDB every two seconds: only what ended, not who is here.
 */
@Injectable()
export class EndedSessions implements OnModuleInit, OnModuleDestroy {
  private readonly log = new Logger(EndedSessions.name);
  private readonly rarely = new Rarely();
  private readonly ended = new Map<string, number>();
  private readonly listeners: Hear[] = [];
  private readonly looking: Repeating;
  private since = new Date(0);
  private heard: Redis | undefined;

  constructor(
    private readonly sessions: EndedSessionRepository,
    @Inject(REDIS) private readonly redis: Redis,
    @Inject(ENV) private readonly env: SharedEnv,
    private readonly metrics: Metrics,
  ) {
    const failed = (error: unknown) => {
      if (this.rarely.isDue()) this.log.warn({ err: error }, 'ended sessions were not read; trying again');
    };
    this.looking = new Repeating({ does: () => this.look(), everyMs: LOOK_EVERY_MS, failed });
  }

  /** What ended before this start is known before the first request, where MongoDB answers. */
  async onModuleInit(): Promise<void> {
    await this.look().catch((error: unknown) => this.log.warn({ err: error }, 'ended sessions were not read yet'));
    this.heard = watched(connectRedis(this.env), 'ended-sessions', this.metrics);
    this.heard.on('message', (_channel: string, text: string) => this.hear(text));
    // It waits until Redis is there, and is renewed by the client after an outage.
    this.heard.subscribe(keys.endedSessions()).catch(() => undefined);
    this.looking.start();
  }

  async onModuleDestroy(): Promise<void> {
    this.heard?.disconnect();
    await this.looking.stop();
  }

  /** Whether tokens of this session are refused. */
  has(id: string): boolean {
    return this.ended.has(id);
  }

  /** Calls `hear` for whatever ends from here on, once for each. */
  listen(hear: Hear): void {
    this.listeners.push(hear);
  }

  /** Says in every process that sessions have ended, after it was written down. */
  tell(ended: readonly EndedSession[]): void {
    this.note(ended);
    // Lost, it is read from MongoDB by those who did not hear it.
    this.redis.publish(keys.endedSessions(), JSON.stringify(ended)).catch(() => undefined);
  }

  private hear(text: string): void {
    try {
      this.note(JSON.parse(text) as EndedSession[]);
    } catch (error) {
      this.log.warn({ err: error }, 'what was said of ended sessions was not understood');
    }
  }

  private note(ended: readonly EndedSession[]): void {
    const now = Date.now();
    const fresh = ended.filter(({ id, until }) => until > now && !this.ended.has(id));
    for (const { id, until } of fresh) this.ended.set(id, until);
    const ids = fresh.map(({ id }) => id);
    if (ids.length > 0) for (const hear of this.listeners) hear(ids);
  }

  private async look(): Promise<boolean> {
    const from = new Date(Math.max(0, this.since.getTime() - OVERLAP_MS));
    const { ended, last } = await patiently(PATIENCE_MS, this.sessions.since(from));
    this.note(ended);
    this.since = last;
    this.rarely.over();
    const now = Date.now();
    for (const [id, until] of this.ended) if (until <= now) this.ended.delete(id);
    return false;
  }
}
