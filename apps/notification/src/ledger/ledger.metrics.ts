import { counter } from '@app/common/metrics/metric.js';

/** What finds the messages whose events did not come. */
export const ledgerMetrics = {
  sweeps: counter({
    name: 'parley_ledger_sweeps_total',
    help: 'Walks over the messages to their end, by how old those are that they look for; one process walks at a time.',
    labels: { walk: ['soon', 'late', 'last'] },
  }),
  failures: counter({
    name: 'parley_ledger_sweep_failures_total',
    help: 'Walks that broke off; they are tried again.',
  }),
  found: counter({
    name: 'parley_ledger_found_total',
    help: 'Messages whose events did not come, and whose pushes were made by a walk.',
  }),
  givenUp: counter({
    name: 'parley_ledger_given_up_total',
    help: 'Messages that nobody is pushed, as they could not be handled five times.',
  }),
};
