import { counter } from '@app/common/metrics/metric.js';

/** What becomes of uploads. */
export const uploadMetrics = {
  uploads: counter({
    name: 'parley_media_uploads_total',
    help: 'Uploads by what became of them; `refused` are forms that are not as they should be, `failed` is our fault.',
    labels: { outcome: ['kept', 'too_large', 'unsupported_type', 'refused', 'broken_off', 'failed'] },
  }),
  bytes: counter({ name: 'parley_media_upload_bytes_total', help: 'Bytes of the files that were kept.' }),
  swept: counter({
    name: 'parley_media_staged_swept_total',
    help: 'Staged files that a crash left, and that were removed.',
  }),
};
