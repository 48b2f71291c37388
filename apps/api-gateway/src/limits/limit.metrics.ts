import { counter } from '@app/common/metrics/metric.js';

/** What was refused because there was too much of it. */
export const limitMetrics = {
  refused: counter({
    name: 'parley_gateway_rate_limited_total',
    help: 'Requests that were refused with 429, by the allowance that was used up.',
    labels: { allowance: ['address', 'person', 'uploads'] },
  }),
};
