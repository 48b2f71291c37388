import { counter, gauge, histogram } from '@app/common/metrics/metric.js';

/** What is known of events on their way to other services. */
export const publishingMetrics = {
  published: counter({
    name: 'parley_events_published_total',
    help: 'Events that Redis has; those that failed or were dropped are published again later.',
    labels: { outcome: ['ok', 'failed', 'dropped'] },
  }),
  replayed: counter({
    name: 'parley_events_replayed_total',
    help: 'Events that were published again, as Redis may have lost them.',
  }),
  duration: histogram({
    name: 'parley_event_publish_duration_seconds',
    help: 'Seconds until Redis had an event.',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5],
  }),
  waiting: gauge({ name: 'parley_events_waiting', help: 'Events that wait for Redis.' }),
  oldest: gauge({ name: 'parley_events_oldest_waiting_seconds', help: 'How long the first of them has waited.' }),
};
