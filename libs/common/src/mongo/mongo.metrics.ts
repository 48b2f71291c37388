import { counter, gauge, histogram } from '../metrics/metric.js';

/** What is known of MongoDB, as an app meets it. */
export const mongoMetrics = {
  commands: histogram({
    name: 'parley_mongo_command_duration_seconds',
    help: 'Seconds from a command to its answer.',
    labels: { command: 'a command that the app sends, such as `insert`', outcome: ['ok', 'failed'] },
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
  }),
  up: gauge({ name: 'parley_mongo_up', help: '1 while the driver knows a primary.' }),
  connections: gauge({
    name: 'parley_mongo_connections',
    help: 'Open connections of the pool; it holds at most 20.',
    labels: { state: ['in_use', 'idle'] },
  }),
  waits: histogram({
    name: 'parley_mongo_connection_wait_seconds',
    help: 'Seconds that an operation waited for a connection of the pool.',
    buckets: [0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 1],
  }),
  refusals: counter({
    name: 'parley_mongo_connections_refused_total',
    help: 'Operations that got no connection.',
    labels: { reason: ['timeout', 'connectionError', 'poolClosed'] },
  }),
};
