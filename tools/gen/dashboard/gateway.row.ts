import { quantile, rate, type Row, total } from './panel.ts';

export const gateway: Row = {
  title: 'Gateway',
  panels: [
    {
      title: 'Services that answer',
      unit: 'short',
      lines: [[total('parley_gateway_upstreams', 'service, state'), '{{service}} {{state}}']],
      says: 'Addresses, once for each gateway.',
    },
    {
      title: 'Time until they answer, p99',
      unit: 's',
      lines: [[quantile(0.99, 'parley_gateway_upstream_duration_seconds', { by: 'service' }), '{{service}}']],
    },
    {
      title: 'Not taken, or broken off',
      unit: 'ops',
      lines: [[rate('parley_gateway_upstream_failures_total', 'service'), '{{service}}']],
    },
    {
      title: 'Connections of sockets',
      unit: 'short',
      lines: [[total('parley_gateway_tunnels', 'transport'), '{{transport}}']],
    },
    {
      title: 'WebSocket handshakes',
      unit: 'ops',
      lines: [[rate('parley_gateway_upgrades_total', 'code'), '{{code}}']],
    },
    {
      title: 'Too many requests',
      unit: 'reqps',
      lines: [[rate('parley_gateway_rate_limited_total', 'allowance'), '{{allowance}}']],
      says: 'Of address when everybody is behind one: see TRUSTED_PROXIES.',
    },
    {
      title: 'Logins',
      unit: 'ops',
      lines: [[rate('parley_logins_total', 'way, outcome'), '{{way}} {{outcome}}']],
    },
  ],
};
