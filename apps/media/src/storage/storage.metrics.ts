import { gauge } from '@app/common/metrics/metric.js';

/** What the storage has room for. */
export const storageMetrics = {
  free: gauge({ name: 'parley_media_disk_free_bytes', help: 'Bytes that the disk of the files has left for us.' }),
  size: gauge({ name: 'parley_media_disk_size_bytes', help: 'Bytes that the disk of the files has in all.' }),
};
