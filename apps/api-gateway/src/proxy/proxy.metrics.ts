import { counter, gauge, histogram } from '@app/common/metrics/metric.js';
import { ERRORS, type ErrorCode } from '@app/contracts/errors.js';
import { SERVICES } from '../routes.js';

const CODES = ['OK', 'session_unknown', ...(Object.keys(ERRORS) as ErrorCode[])] as const;

/** What is known of the services behind the gateway, and of what it passes on. */
export const proxyMetrics = {
  upstreams: gauge({
    name: 'parley_gateway_upstreams',
    help: 'Addresses of a service, by whether they answer.',
    labels: { service: SERVICES, state: ['up', 'down'] },
  }),
  answers: histogram({
    name: 'parley_gateway_upstream_duration_seconds',
    help: 'Seconds until a service began to answer; long polls, which wait for news, are left out.',
    labels: { service: SERVICES },
  }),
  failures: counter({
    name: 'parley_gateway_upstream_failures_total',
    help: 'Requests and WebSockets that a service did not take, or broke off; one that another address took counts too.',
    labels: { service: SERVICES },
  }),
  tunnels: gauge({
    name: 'parley_gateway_tunnels',
    help: 'Connections of sockets that are open through this gateway.',
    labels: { transport: ['websocket', 'polling'] },
  }),
  upgrades: counter({
    name: 'parley_gateway_upgrades_total',
    help: 'WebSocket handshakes: `OK` when passed on to a chat node, else why not.',
    labels: { code: CODES },
  }),
};
