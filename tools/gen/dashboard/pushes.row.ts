import { quantile, rate, type Row, shared, total } from './panel.ts';

export const pushes: Row = {
  title: 'Pushes',
  panels: [
    {
      title: 'Tries by outcome',
      unit: 'ops',
      lines: [[rate('parley_push_sends_total', 'provider, outcome'), '{{provider}} {{outcome}}']],
      says: 'Everything but sent, logged and device_gone is worth a look at the reasons.',
    },
    {
      title: 'Not taken, by reason',
      unit: 'ops',
      lines: [[rate('parley_push_failures_total', 'provider, reason'), '{{provider}} {{reason}}']],
      says: 'The log of notification has a line for each, with the same reason.',
    },
    {
      title: 'Message to push',
      unit: 's',
      lines: [
        [quantile(0.5, 'parley_push_delay_seconds', { by: 'provider' }), '{{provider}} p50'],
        [quantile(0.99, 'parley_push_delay_seconds', { by: 'provider' }), '{{provider}} p99'],
      ],
    },
    {
      title: "Provider's answer",
      unit: 's',
      lines: [
        [quantile(0.5, 'parley_push_duration_seconds', { by: 'provider' }), '{{provider}} p50'],
        [quantile(0.99, 'parley_push_duration_seconds', { by: 'provider' }), '{{provider}} p99'],
      ],
    },
    {
      title: 'Waiting',
      unit: 'short',
      lines: [[shared('parley_push_waiting', 'provider'), '{{provider}}']],
      says: 'Counted to 10,000.',
    },
    {
      title: 'Oldest that waits',
      unit: 's',
      lines: [[shared('parley_push_oldest_waiting_seconds', 'provider'), '{{provider}}']],
    },
    {
      title: 'Credentials refused',
      unit: 'short',
      lines: [[shared('parley_push_breaker_open', 'provider, platform'), '{{provider}} {{platform}}']],
      says: '1 while pushes wait until our settings at the provider are right.',
    },
    {
      title: 'Devices',
      unit: 'ops',
      lines: [
        [rate('parley_devices_registered_total', 'provider'), 'registered {{provider}}'],
        [rate('parley_devices_removed_total', 'why'), 'removed {{why}}'],
      ],
    },
    {
      title: 'Messages without an event',
      unit: 'ops',
      lines: [
        [rate('parley_ledger_found_total'), 'found'],
        [rate('parley_ledger_given_up_total'), 'given up'],
        [rate('parley_ledger_sweep_failures_total'), 'walks that failed'],
      ],
      says: 'Redis lost their events; their pushes were made from MongoDB.',
    },
  ],
};

export const events: Row = {
  title: 'Events',
  panels: [
    {
      title: 'Handled',
      unit: 'ops',
      lines: [
        [rate('parley_stream_handled_total', 'type, group'), '{{type}} → {{group}}'],
        [rate('parley_stream_failed_total', 'type, group'), '{{type}} → {{group}} failed'],
        [rate('parley_stream_claimed_total', 'type, group'), '{{type}} → {{group}} taken over'],
      ],
    },
    {
      title: 'Unread and unfinished',
      unit: 'short',
      lines: [
        [shared('parley_stream_lag_events', 'type, group'), '{{type}} → {{group}} unread'],
        [shared('parley_stream_pending_events', 'type, group'), '{{type}} → {{group}} unfinished'],
      ],
    },
    {
      title: 'Oldest unfinished',
      unit: 's',
      lines: [[shared('parley_stream_oldest_event_seconds', 'type, group'), '{{type}} → {{group}}']],
    },
    {
      title: 'Dead letters',
      unit: 'short',
      lines: [[shared('parley_stream_dead_letters', 'type, group'), '{{type}} → {{group}}']],
    },
  ],
};

export const media: Row = {
  title: 'Media',
  panels: [
    { title: 'Uploads', unit: 'ops', lines: [[rate('parley_media_uploads_total', 'outcome'), '{{outcome}}']] },
    { title: 'Downloads', unit: 'ops', lines: [[rate('parley_media_downloads_total', 'outcome'), '{{outcome}}']] },
    {
      title: 'Bytes',
      unit: 'Bps',
      lines: [
        [rate('parley_media_upload_bytes_total'), 'in'],
        [rate('parley_media_download_bytes_total'), 'out'],
      ],
    },
    {
      title: 'Disk',
      unit: 'bytes',
      lines: [
        [total('parley_media_disk_free_bytes', 'instance'), '{{instance}} free'],
        [total('parley_media_disk_size_bytes', 'instance'), '{{instance}} size'],
      ],
    },
  ],
};
