import { counter } from '@app/common/metrics/metric.js';

/** What becomes of downloads. */
export const downloadMetrics = {
  downloads: counter({
    name: 'parley_media_downloads_total',
    help: 'Downloads of files, or of parts of them, that began, by how they ended.',
    labels: { outcome: ['sent', 'broken_off', 'failed'] },
  }),
  bytes: counter({
    name: 'parley_media_download_bytes_total',
    help: 'Bytes of the downloads that were sent to their end.',
  }),
};
