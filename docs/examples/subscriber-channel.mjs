// Every message.created as it happens, from the Redis channel. Lossy: what is published while this is away, it never sees.
import { Redis } from 'ioredis';

const redis = new Redis(process.env.REDIS_URL ?? 'redis://localhost:6379', { maxRetriesPerRequest: null });
const seen = new Set();

/** The same event may come twice; the latest ten thousand ids tell. */
function isNew(id) {
  if (seen.has(id)) return false;
  seen.add(id);
  if (seen.size > 10_000) seen.delete(seen.values().next().value);
  return true;
}

redis.on('message', (channel, text) => {
  const event = JSON.parse(text);
  if (!isNew(event.id)) return;
  const { message, sender, conversation, participantIds } = event.data;
  const to = participantIds.filter((id) => id !== sender.id);
  console.log(`${conversation.name ?? 'direct'}, ${sender.name} to ${to}: ${message.text}`);
});
redis.on('error', (error) => console.error(`Redis: ${error.message}; trying again`));

// ioredis subscribes again by itself whenever the connection comes back.
await redis.subscribe('events:message.created');
console.log('listening');
