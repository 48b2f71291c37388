// Every message.created at least once, from the Redis stream, shared by all processes that run this with the same GROUP.
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';

const [stream, group, worker] = ['events:message.created:stream', process.env.GROUP ?? 'example', `pid-${process.pid}`];
const url = process.env.REDIS_URL ?? 'redis://localhost:6379';
const redis = new Redis(url, { maxRetriesPerRequest: null, socketTimeout: 10_000 });
const complain = (error) => console.error(error.message);
redis.on('error', complain);

/** Yours. It may see an event twice: make that harmless, by the event's id. What it throws at comes back in half a minute. */
async function handle(text) {
  const { id, data, replayed } = JSON.parse(text);
  console.log(`${id} ${data.sender.name}: ${data.message.text}${replayed ? ' (replayed)' : ''}`);
}

async function finish(entries) {
  for (const [entryId, [, text]] of entries) {
    await handle(text).then(() => redis.xack(stream, group, entryId), complain);
  }
}

for (;;) {
  try {
    // What another process took half a minute ago and never finished; then what is new.
    await finish((await redis.xautoclaim(stream, group, worker, 30_000, '0-0', 'COUNT', 10))[1]);
    const found = await redis.xreadgroup('GROUP', group, worker, 'COUNT', 10, 'BLOCK', 5000, 'STREAMS', stream, '>');
    await finish(found?.[0]?.[1] ?? []);
  } catch (error) {
    // The group is missing at the first start, and whenever Redis has lost its data.
    const missing = /NOGROUP|UNBLOCKED/.test(error.message);
    await (missing
      ? redis.xgroup('CREATE', stream, group, '0', 'MKSTREAM').catch(complain)
      : pause(1000, complain(error)));
  }
}
