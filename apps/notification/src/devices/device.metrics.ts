import { counter } from '@app/common/metrics/metric.js';
import { PROVIDERS } from '@app/common/schemas/device.schema.js';

/** Devices that come and go. */
export const deviceMetrics = {
  registered: counter({
    name: 'parley_devices_registered_total',
    help: 'Registrations of devices, also of those that were registered before.',
    labels: { provider: PROVIDERS },
  }),
  removed: counter({
    name: 'parley_devices_removed_total',
    help: 'Devices that were removed: `asked` by their people, `dead` at the provider, `surplus` beyond 20 a person.',
    labels: { why: ['asked', 'dead', 'surplus'] },
  }),
};
