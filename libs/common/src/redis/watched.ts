import type { Command, Redis } from 'ioredis';
import type { Metrics } from '../metrics/metrics.js';
import { redisMetrics } from './redis.metrics.js';

/** A command, and whether its time is taken already: one that waited for Redis is sent again. */
type Timed = Command & { isTimed?: true };

/** The same connection, whose commands and state are told under this name. */
export function watched(redis: Redis, connection: string, metrics: Metrics): Redis {
  const { commands, up, lost } = metrics.of(redisMetrics);
  up.with({ connection }).reads(() => (redis.status === 'ready' ? 1 : 0));
  const losses = lost.with({ connection });
  losses.inc(0);
  redis.on('close', () => losses.inc());
  const seriesOf = (command: string) => ({
    ok: commands.with({ command, outcome: 'ok' }),
    failed: commands.with({ command, outcome: 'failed' }),
  });
  const known = new Map<string, ReturnType<typeof seriesOf>>();
  const send: Redis['sendCommand'] = redis.sendCommand.bind(redis);
  redis.sendCommand = (command: Timed, stream) => {
    if (command.isTimed) return send(command, stream);
    command.isTimed = true;
    let series = known.get(command.name);
    if (!series) known.set(command.name, (series = seriesOf(command.name)));
    timed(command, series);
    return send(command, stream);
  };
  return redis;
}

/** By what settles it: a promise more would cost more than the command's own. */
function timed(command: Command, { ok, failed }: Record<'ok' | 'failed', { since(startedMs: number): void }>): void {
  const started = performance.now();
  const { resolve, reject } = command;
  command.resolve = (value) => {
    ok.since(started);
    resolve(value);
  };
  command.reject = (error) => {
    failed.since(started);
    reject(error);
  };
}
