import { Logger } from '@nestjs/common';
import type { Redis } from 'ioredis';
import type { EventType, PublishedEvent } from '@app/contracts/events.js';
import { keys } from '../redis/keys.js';

/** One entry of a stream. `event` is undefined when the entry cannot be read. */
interface Entry {
  id: string;
  raw: string;
}

/** How a consumer reads. */
export interface Consuming<T extends EventType> {
  type: T;
  /** Each group gets every event once; its workers share them. */
  group: string;
  /** The name of this worker inside the group. */
  worker: string;
  /** Handles a batch whole, or throws; a thrown batch comes again, one by one. */
  handle: (events: PublishedEvent<T>[]) => Promise<void>;
}

const BATCH = 100;
const BLOCK_MS = 2000;
/** An event that a worker took and did not finish within this time goes to another. */
const CLAIM_AFTER_MS = 30_000;
const MAX_DELIVERIES = 5;

/** Reads one event type's stream in a consumer group: at least once, dead letters after five deliveries. */
export class StreamConsumer<T extends EventType> {
  private readonly log = new Logger(StreamConsumer.name);
  private readonly stream: string;
  private running = false;
  private loop: Promise<void> | undefined;

  /** `redis` must be a connection of its own: reads block it. */
  constructor(
    private readonly redis: Redis,
    private readonly how: Consuming<T>,
  ) {
    this.stream = keys.eventStream(how.type);
  }

  /** Starts reading; returns at once. */
  start(): void {
    this.running = true;
    this.loop = this.run();
  }

  /** Stops reading when the batch at hand is finished, and closes the connection. */
  async stop(): Promise<void> {
    this.running = false;
    // A blocked read would hold the stop for its whole time.
    this.redis.disconnect();
    await this.loop;
  }

  private async run(): Promise<void> {
    let lastClaim = 0;
    while (this.running) {
      try {
        if (Date.now() - lastClaim > CLAIM_AFTER_MS / 2) {
          lastClaim = Date.now();
          await this.takeOver();
        }
        await this.finish(await this.readNew());
      } catch (error) {
        if (this.running) await this.recover(error);
      }
    }
  }

  /** A missing group (a new or an emptied Redis) is made anew from the beginning of the stream. */
  private async recover(error: unknown): Promise<void> {
    const missing = error instanceof Error && error.message.startsWith('NOGROUP');
    if (!missing) {
      this.log.warn({ err: error, stream: this.stream }, 'reading the stream failed; trying again');
      await new Promise((resolve) => setTimeout(resolve, 1000));
      return;
    }
    try {
      await this.redis.xgroup('CREATE', this.stream, this.how.group, '0', 'MKSTREAM');
    } catch (cause) {
      if (!(cause instanceof Error && cause.message.startsWith('BUSYGROUP'))) {
        this.log.warn({ err: cause, stream: this.stream }, 'making the consumer group failed');
      }
    }
  }

  private async readNew(): Promise<Entry[]> {
    const { group, worker } = this.how;
    const answer = (await this.redis.xreadgroup(
      'GROUP',
      group,
      worker,
      'COUNT',
      BATCH,
      'BLOCK',
      BLOCK_MS,
      'STREAMS',
      this.stream,
      '>',
    )) as [string, [string, string[]][]][] | null;
    return entries(answer?.[0]?.[1] ?? []);
  }

  /** Takes what other workers left unfinished; what was delivered too often becomes a dead letter. */
  private async takeOver(): Promise<void> {
    const { group, worker } = this.how;
    const claimed = (await this.redis.xautoclaim(this.stream, group, worker, CLAIM_AFTER_MS, '0', 'COUNT', BATCH)) as [
      string,
      [string, string[]][],
    ];
    const taken = entries(claimed[1]);
    if (taken.length === 0) return;
    const dead = await this.deliveredTooOften(taken);
    await this.bury(taken.filter((entry) => dead.has(entry.id)));
    for (const entry of taken.filter(({ id }) => !dead.has(id))) await this.finish([entry]);
  }

  private async deliveredTooOften(taken: Entry[]): Promise<Set<string>> {
    const pending = (await this.redis.xpending(
      this.stream,
      this.how.group,
      taken[0]?.id ?? '-',
      taken.at(-1)?.id ?? '+',
      BATCH,
      this.how.worker,
    )) as [string, string, number, number][];
    return new Set(pending.filter(([, , , deliveries]) => deliveries > MAX_DELIVERIES).map(([id]) => id));
  }

  private async bury(dead: Entry[]): Promise<void> {
    if (dead.length === 0) return;
    const letters = this.redis.multi();
    for (const { id, raw } of dead) {
      letters.xadd(
        keys.deadLetters(this.how.type, this.how.group),
        'MAXLEN',
        '~',
        10_000,
        '*',
        'event',
        raw,
        'was',
        id,
      );
      letters.xack(this.stream, this.how.group, id);
    }
    await letters.exec();
    this.log.error({ stream: this.stream, ids: dead.map(({ id }) => id) }, 'events given up after five deliveries');
  }

  /** Handles entries and acknowledges them. A batch that fails is tried one by one, so that one bad event holds up none. */
  private async finish(batch: Entry[]): Promise<void> {
    if (batch.length === 0) return;
    const readable = batch.flatMap((entry) => parsed<T>(entry) ?? []);
    try {
      if (readable.length > 0) await this.how.handle(readable);
    } catch (error) {
      if (batch.length > 1) {
        for (const entry of batch) await this.finish([entry]);
        return;
      }
      // Not acknowledged: it comes again by takeOver, and is buried after five times.
      this.log.warn({ err: error, stream: this.stream, id: batch[0]?.id }, 'handling an event failed');
      return;
    }
    await this.bury(batch.filter((entry) => parsed(entry) === undefined));
    await this.redis.xack(this.stream, this.how.group, ...batch.map(({ id }) => id));
  }
}

function entries(found: [string, string[]][]): Entry[] {
  // An entry that was trimmed while pending comes without fields.
  return found.filter(([, fields]) => fields).map(([id, fields]) => ({ id, raw: fields[1] ?? '' }));
}

function parsed<T extends EventType>(entry: Entry): PublishedEvent<T> | undefined {
  try {
    return JSON.parse(entry.raw) as PublishedEvent<T>;
  } catch {
    return undefined;
  }
}
