import { counter, gauge, histogram } from '@app/common/metrics/metric.js';
import { PLATFORMS, PROVIDERS } from '@app/common/schemas/device.schema.js';
import { OUTCOMES } from './outcome.rules.js';

const provider = PROVIDERS;

/** What becomes of pushes. */
export const pushMetrics = {
  added: counter({
    name: 'parley_push_added_total',
    help: 'Pushes that were kept to be sent, one a device and message.',
  }),
  sends: counter({
    name: 'parley_push_sends_total',
    help:
      'Tries to push by what became of them: `sent`, `logged` (no credentials), `retried` and `rate_limited` (later again), ' +
      '`misconfigured` (waits for our settings), `unregistered` and `refused` (for good), `given_up` (no time or no tries ' +
      'left), `device_gone` (nobody was asked).',
    labels: { provider, outcome: OUTCOMES },
  }),
  failures: counter({
    name: 'parley_push_failures_total',
    help: 'Tries that the provider did not take, by reason; the log says which, under the same reason.',
    labels: { provider, reason: 'the code of the provider or its library, else `4xx`, `5xx` or `no_answer`; a dozen' },
  }),
  duration: histogram({
    name: 'parley_push_duration_seconds',
    help: "Seconds from a try's start to the provider's answer, whatever it is.",
    labels: { provider },
  }),
  delay: histogram({
    name: 'parley_push_delay_seconds',
    help: 'Seconds from the making of a message to the moment when the provider took its push.',
    labels: { provider },
    buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 86_400],
  }),
  waiting: gauge({
    name: 'parley_push_waiting',
    help: 'Pushes that are neither taken nor given up, counted to 10,000; the same from every process.',
    labels: { provider },
  }),
  oldest: gauge({
    name: 'parley_push_oldest_waiting_seconds',
    help: 'Seconds for which the oldest of them has waited; 0 when none does.',
    labels: { provider },
  }),
  breakers: gauge({
    name: 'parley_push_breaker_open',
    help: '1 while pushes of a provider to a platform wait, as it refuses our credentials or project; until one is taken.',
    labels: { provider, platform: PLATFORMS },
  }),
};
