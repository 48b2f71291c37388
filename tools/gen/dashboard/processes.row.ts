import { APPS, HERE, quantile, rate, type Row } from './panel.ts';

const JOB = 'job=~"$job"';
const each = (metric: string) => `max by (job, instance) (${metric}{${APPS}})`;
const REQUESTS = 'http_request_duration_seconds_count';
const PROCESS = '{{job}} {{instance}}';

export const requests: Row = {
  title: 'Requests',
  panels: [
    {
      title: 'Requests',
      unit: 'reqps',
      lines: [[rate('http_request_duration_seconds_count', 'job', JOB), '{{job}}']],
    },
    {
      title: 'Errors',
      unit: 'reqps',
      lines: [
        [rate('http_request_duration_seconds_count', 'job, status', `${JOB},status=~"5..|429"`), '{{job}} {{status}}'],
      ],
    },
    {
      title: 'Latency',
      unit: 's',
      lines: [
        [quantile(0.5, 'http_request_duration_seconds', { by: 'job', more: JOB }), '{{job}} p50'],
        [quantile(0.99, 'http_request_duration_seconds', { by: 'job', more: JOB }), '{{job}} p99'],
      ],
    },
    {
      title: 'Slowest routes, p99',
      unit: 's',
      lines: [
        [
          `topk(5, ${quantile(0.99, 'http_request_duration_seconds', { by: 'job, method, route', more: JOB })})`,
          '{{job}} {{method}} {{route}}',
        ],
      ],
    },
  ],
};

export const engines: Row = {
  title: 'Engines',
  panels: [
    {
      title: 'Reached',
      unit: 'short',
      lines: [
        [`min by (job) (parley_mongo_up{${APPS}})`, '{{job}} MongoDB'],
        [`min by (job, connection) (parley_redis_up{${APPS}})`, '{{job}} Redis {{connection}}'],
      ],
      says: '1 is well; 0 where one process or more does not reach it.',
    },
    {
      title: 'MongoDB, p99',
      unit: 's',
      lines: [
        [
          quantile(0.99, 'parley_mongo_command_duration_seconds', { by: 'job, command', more: JOB }),
          '{{job}} {{command}}',
        ],
      ],
    },
    {
      title: 'Redis, p99',
      unit: 's',
      lines: [
        [
          quantile(0.99, 'parley_redis_command_duration_seconds', { by: 'job, command', more: JOB }),
          '{{job}} {{command}}',
        ],
      ],
    },
    {
      title: 'Failed commands',
      unit: 'ops',
      lines: [
        [
          rate('parley_mongo_command_duration_seconds_count', 'job, command', `${JOB},outcome="failed"`),
          '{{job}} MongoDB {{command}}',
        ],
        [
          rate('parley_redis_command_duration_seconds_count', 'job, command', `${JOB},outcome="failed"`),
          '{{job}} Redis {{command}}',
        ],
      ],
    },
    {
      title: 'Connections to MongoDB',
      unit: 'short',
      lines: [[`sum by (job, state) (parley_mongo_connections{${APPS}})`, '{{job}} {{state}}']],
    },
    {
      title: 'Commands',
      unit: 'ops',
      lines: [
        [rate('parley_mongo_command_duration_seconds_count', 'job', JOB), '{{job}} MongoDB'],
        [rate('parley_redis_command_duration_seconds_count', 'job', JOB), '{{job}} Redis'],
      ],
    },
  ],
};

export const processes: Row = {
  title: 'Processes',
  panels: [
    { title: 'Up', unit: 'short', lines: [[`sum by (job) (up{${APPS}})`, '{{job}}']] },
    {
      title: 'CPU',
      unit: 'percentunit',
      lines: [[rate('process_cpu_seconds_total', 'job, instance', JOB), PROCESS]],
      says: 'Of one core: a process uses hardly more.',
    },
    { title: 'Event loop lag, p99', unit: 's', lines: [[each('nodejs_eventloop_lag_p99_seconds'), PROCESS]] },
    { title: 'Memory', unit: 'bytes', lines: [[each('process_resident_memory_bytes'), PROCESS]] },
    { title: 'Heap in use', unit: 'bytes', lines: [[each('nodejs_heap_size_used_bytes'), PROCESS]] },
    {
      title: 'Garbage collection',
      unit: 'percentunit',
      lines: [[rate('nodejs_gc_duration_seconds_sum', 'job, kind', JOB), '{{job}} {{kind}}']],
    },
  ],
};

export const now: Row = {
  title: 'Now',
  panels: [
    {
      title: 'Processes down',
      unit: 'short',
      lines: [[`count(up{${APPS}} == 0) or vector(0)`, 'down']],
      now: { redFrom: 1 },
    },
    {
      title: 'Requests',
      unit: 'reqps',
      lines: [[rate('http_request_duration_seconds_count', '', JOB), 'requests']],
      now: {},
    },
    { title: 'Sockets', unit: 'short', lines: [[`sum(parley_sockets{${HERE}})`, 'sockets']], now: {} },
    {
      title: 'Acks, p99',
      unit: 's',
      lines: [[quantile(0.99, 'parley_socket_event_duration_seconds', { more: 'event="message_send"' }), 'p99']],
      now: { redFrom: 1 },
    },
    {
      title: 'Server errors',
      unit: 'percentunit',
      lines: [[`(${rate(REQUESTS, '', `${JOB},status=~"5.."`)} or vector(0)) / ${rate(REQUESTS, '', JOB)}`, 'errors']],
      now: { redFrom: 0.02 },
    },
    {
      title: 'Pushes',
      unit: 'ops',
      lines: [[rate('parley_push_sends_total', '', 'outcome="sent"'), 'pushes']],
      now: {},
    },
    {
      title: 'Oldest push that waits',
      unit: 's',
      lines: [[`max(parley_push_oldest_waiting_seconds{${HERE}})`, 'oldest']],
      now: { redFrom: 900 },
    },
    {
      title: 'Disk of media left',
      unit: 'percentunit',
      lines: [[`min(parley_media_disk_free_bytes{${HERE}} / parley_media_disk_size_bytes{${HERE}})`, 'left']],
      now: { redBelow: 0.1 },
    },
  ],
};
