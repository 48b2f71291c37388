import { Redis } from 'ioredis';
import type { EventType, PublishedEvent } from '@app/contracts/events.js';
import { chatWorld } from '../chat.world.suite.js';
import { PUBLISHING } from './pace.js';

const QUICK = { tickMs: 50, patienceMs: 300, leaseMs: 1000, settledMs: 0, staleMs: 5000, mostWaiting: 20 };

/** Two chat nodes that look at once whether everything is published, and somebody who reads all of it. */
export async function publishingWorld() {
  const pace = { ...PUBLISHING };
  Object.assign(PUBLISHING, QUICK);
  const world = await chatWorld(2);
  const observer = new Redis(world.redis.url);
  return {
    ...world,
    observer,
    /** Resolves when nothing is to be published again any more, by a look that began after this. */
    async settled(): Promise<void> {
      const checkpoints = world.db.collection<{ _id: string; back?: unknown; stamp: number }>('checkpoints');
      const now = Date.now();
      for (;;) {
        const marks = await checkpoints.find({ _id: /^chat:published/ }).toArray();
        const looked = marks.some(({ _id, stamp }) => _id === 'chat:published' && stamp > now);
        if (looked && marks.every(({ back }) => back === undefined)) return;
      }
    },
    /** All events of a type on its stream. */
    async published<T extends EventType>(type: T): Promise<PublishedEvent<T>[]> {
      const entries = await observer.xrange(`events:${type}:stream`, '-', '+');
      return entries.map(([, fields]) => JSON.parse(fields[1] as string) as PublishedEvent<T>);
    },
    async close(): Promise<void> {
      observer.disconnect();
      await world.close();
      Object.assign(PUBLISHING, pace);
    },
  };
}

export type PublishingWorld = Awaited<ReturnType<typeof publishingWorld>>;
