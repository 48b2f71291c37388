import { counter } from '@app/common/metrics/metric.js';

/** What is known of people who come in. */
export const authMetrics = {
  logins: counter({
    name: 'parley_logins_total',
    help: 'Logins by password, and tokens that were renewed, by what they were answered; `failed` is none of their doing.',
    labels: { way: ['password', 'refresh'], outcome: ['ok', 'wrong', 'limited', 'failed'] },
  }),
};
