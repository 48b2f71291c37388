import { counter, gauge } from '../metrics/metric.js';

const labels = { type: 'the type of the events, such as `message.created`', group: 'the consumer group' };

/** What a consumer group makes of a stream. */
export const streamMetrics = {
  handled: counter({ name: 'parley_stream_handled_total', help: 'Events that this process handled.', labels }),
  failed: counter({
    name: 'parley_stream_failed_total',
    help: 'Deliveries that this process could not handle; the event comes again, up to five times.',
    labels,
  }),
  claimed: counter({
    name: 'parley_stream_claimed_total',
    help: 'Events that this process took from a worker that did not finish them: it died, or the event failed.',
    labels,
  }),
  buried: counter({
    name: 'parley_stream_dead_letters_total',
    help: 'Events that this process gave up and put with the dead letters.',
    labels,
  }),
  lag: gauge({
    name: 'parley_stream_lag_events',
    help: 'Events that no worker of the group has read yet; the same from every process.',
    labels,
  }),
  pending: gauge({
    name: 'parley_stream_pending_events',
    help: 'Events that workers of the group have read and not finished; the same from every process.',
    labels,
  }),
  oldest: gauge({
    name: 'parley_stream_oldest_event_seconds',
    help: 'Seconds for which the oldest event that is not finished has been in the stream; 0 when all are.',
    labels,
  }),
  deadLetters: gauge({
    name: 'parley_stream_dead_letters',
    help: 'Dead letters that are kept for the group, at most about 10,000; the same from every process.',
    labels,
  }),
};
