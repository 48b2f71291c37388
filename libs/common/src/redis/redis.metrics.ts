import { counter, gauge, histogram } from '../metrics/metric.js';

/** What is known of Redis, as an app meets it. */
export const redisMetrics = {
  commands: histogram({
    name: 'parley_redis_command_duration_seconds',
    help: 'Seconds from a command to its answer, with what it waited for in a pipeline, or for Redis to come back.',
    labels: { command: 'a command that the app sends; a script is `evalsha`', outcome: ['ok', 'failed'] },
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
  }),
  up: gauge({
    name: 'parley_redis_up',
    help: '1 while a connection to Redis is ready.',
    labels: { connection: 'what the connection is for' },
  }),
  lost: counter({
    name: 'parley_redis_connections_lost_total',
    help: 'Connections to Redis that closed.',
    labels: { connection: 'what the connection is for' },
  }),
};
