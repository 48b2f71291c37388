import type { Redis } from 'ioredis';
import type { Metrics } from '../metrics/metrics.js';
import { reading } from '../metrics/reading.js';
import { keys } from '../redis/keys.js';
import { streamMetrics } from './stream.metrics.js';

/** What stands in a stream for a group, in one question that looks at two entries at most. KEYS: stream, dead letters; ARGV: group. */
const STATE = `
local state = { pending = 0, dead = redis.call('XLEN', KEYS[2]) }
for _, about in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
  local group = {}
  for at = 1, #about, 2 do group[about[at]] = about[at + 1] end
  if group.name == ARGV[1] then
    state.lag = group.lag or nil
    local pending = redis.call('XPENDING', KEYS[1], ARGV[1])
    state.pending = pending[1]
    local unread = redis.call('XRANGE', KEYS[1], '(' .. group['last-delivered-id'], '+', 'COUNT', 1)
    state.oldest = pending[2] or (unread[1] and unread[1][1]) or nil
  end
end
state.now = redis.call('TIME')[1]
return cjson.encode(state)`;

/** Redis does not know the lag of a stream from whose middle something was deleted. */
interface State {
  pending: number;
  dead: number;
  lag?: number;
  /** The id of an entry, which begins with its time in ms. */
  oldest?: string;
  /** Seconds by Redis's clock, as is the time in ids. */
  now: string;
}

/** Shows what waits in a stream for a group; `redis` is a connection that no read blocks. */
export function watchStream(metrics: Metrics, redis: Redis, { type, group }: { type: string; group: string }): void {
  const places = [keys.eventStream(type), keys.deadLetters(type, group)];
  const state = reading(async () => JSON.parse(String(await redis.eval(STATE, 2, ...places, group))) as State);
  const { lag, pending, oldest, deadLetters } = metrics.of(streamMetrics);
  lag.with({ type, group }).reads(async () => known((await state()).lag));
  pending.with({ type, group }).reads(async () => (await state()).pending);
  oldest.with({ type, group }).reads(async () => ageOf(await state()));
  deadLetters.with({ type, group }).reads(async () => (await state()).dead);
}

function known(lag: number | undefined): number {
  if (lag === undefined) throw new Error('Redis does not know');
  return lag;
}

function ageOf({ oldest, now }: State): number {
  return oldest === undefined ? 0 : Math.max(0, Number(now) - Number(oldest.split('-', 1)[0]) / 1000);
}
