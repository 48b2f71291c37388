import type { Redis } from 'ioredis';

/** How often a connection is asked whether it is alive. */
const EVERY_MS = 1000;
/** How long it may owe the answer: a network that loses packets needs a second or two. */
const PATIENCE_MS = 3000;

/**
 * Asks a Redis connection every second for a sign of life, and begins it anew after three without one: a frozen Redis or
 * a dead network says nothing by itself, and what is written meanwhile piles up. Not for connections that block.
 */
export class Heartbeat {
  private timer: NodeJS.Timeout | undefined;
  private lookedAt = 0;
  private answeredAt = Date.now();

  constructor(private readonly redis: Redis) {}

  start(): void {
    this.redis.on('ready', this.alive);
    this.timer = setInterval(() => this.look(Date.now()), EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.timer);
    this.redis.off('ready', this.alive);
  }

  /** When it was last known to answer (ms since 1970). */
  get aliveAt(): number {
    return this.answeredAt;
  }

  private look(now: number): void {
    // This process may have stood still itself: the answer is there, and not read yet.
    const slept = now - this.lookedAt > 2 * EVERY_MS;
    this.lookedAt = now;
    if (this.redis.status !== 'ready') return;
    if (!slept && now - this.answeredAt > PATIENCE_MS) return this.redis.disconnect(true);
    this.redis.ping().then(this.alive, () => undefined);
  }

  private readonly alive = (): void => void (this.answeredAt = Date.now());
}

/** A connection with a {@link Heartbeat} until its end: it neither waits for a Redis that hangs nor keeps what it is asked meanwhile. */
export function beating(redis: Redis): Redis {
  const heartbeat = new Heartbeat(redis);
  heartbeat.start();
  redis.once('end', () => heartbeat.stop());
  return redis;
}
